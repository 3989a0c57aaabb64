// A step is urgent only if it is news: further down the funnel than the last, a purchase, or the first after a session's gap.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { StepNews } from '../../bridge/journey/news.ts';
import type { ShopEvent } from '../../events/shop-event.ts';
import { shopEvent } from '../support/shop-event.ts';

const gap = 30 * 60_000;
const at = (minutes: number) => 1_700_000_000_000 + minutes * 60_000;
const view = (page: string, minutes: number, journeyId = 'u1_a') =>
  shopEvent({ action: 'pageview', page, time: at(minutes), journeyId });
const told = (news: StepNews, event: ShopEvent) => news.isNews(event, event.journeyId);

describe('news', () => {
  it('is each step down the funnel, once', () => {
    const news = new StepNews(gap);
    const pages = [
      '/home',
      '/product/1',
      '/product/2',
      '/cart',
      '/cart',
      '/product/1',
      '/cart',
      '/checkout/a',
      '/checkout/b',
    ];
    expect(pages.map((page, minute) => told(news, view(page, minute)))).toEqual([
      false,
      true,
      false,
      true,
      false,
      false,
      false,
      true,
      false,
    ]);
  });

  it('is the same step told by an event or by a page', () => {
    const news = new StepNews(gap);
    expect(told(news, shopEvent({ action: 'add_to_cart', time: at(0) }))).toBe(true);
    expect(told(news, view('/cart?utm_source=x', 1))).toBe(false);
  });

  it('is every purchase, and the first step after one', () => {
    const news = new StepNews(gap);
    const buy = (minute: number) => shopEvent({ action: 'purchase', time: at(minute) });
    expect(
      [buy(0), buy(1), view('/product/1', 2), view('/product/2', 3), buy(4)].map((event) =>
        told(news, event),
      ),
    ).toEqual([true, true, true, false, true]);
  });

  it('is a dozen a minute at most, and then again', () => {
    const news = new StepNews(gap);
    const buy = (minute: number) => told(news, shopEvent({ action: 'purchase', time: at(minute) }));
    const minutes = Array.from({ length: 30 }, (_, n) => n / 60);
    expect(minutes.map(buy)).toEqual(minutes.map((_, n) => n < 12));
    // Another user is not meant.
    expect(told(news, shopEvent({ action: 'purchase', time: at(0.5), journeyId: 'u1_b' }))).toBe(true);
    expect([buy(0.99), buy(1), buy(1.1)]).toEqual([false, true, true]);
  });

  it('is a step again when the session’s gap has passed', () => {
    const news = new StepNews(gap);
    expect(told(news, view('/cart', 0))).toBe(true);
    expect(told(news, view('/cart', 30))).toBe(false);
    expect(told(news, view('/cart', 61))).toBe(true);
  });

  it('is no click, scroll, login or refund', () => {
    const news = new StepNews(gap);
    for (const action of ['click', 'scroll', 'login', 'refund', 'form_submit', 'video_play'] as const)
      expect(told(news, shopEvent({ action, page: '/cart' }))).toBe(false);
  });

  it('of one user says nothing of another', () => {
    const news = new StepNews(gap);
    expect(told(news, view('/cart', 0, 'u1_a'))).toBe(true);
    expect(told(news, view('/cart', 0, 'u1_b'))).toBe(true);
  });

  it('is remembered within bounds: a user who is forgotten costs one needless letter, never a lost one', () => {
    const visits = fc.array(
      fc.tuple(
        fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'),
        fc.constantFrom('/product/1', '/cart', '/checkout'),
      ),
      {
        maxLength: 60,
      },
    );
    fc.assert(
      fc.property(visits, (run) => {
        const whole = new StepNews(gap);
        const small = new StepNews(gap, 2);
        for (const [user, page] of run) {
          const event = view(page, 0, user);
          const isNews = told(whole, event);
          const isSmallNews = told(small, event);
          if (isNews) expect(isSmallNews).toBe(true);
        }
      }),
    );
  });
});
