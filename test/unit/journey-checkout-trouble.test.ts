/**
 * Protects: trouble in a checkout is said once, while its user is there and the checkout is open, and only when it is true,
 * however the events are ordered, repeated, cut into letters or carried over by continue-as-new.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { JourneyRules, LetterLine } from '../../events/letter.ts';
import { noteCheckoutSigns, type CheckoutSigns } from '../../workflows/journey/checkout-signs.ts';
import { describeJourney } from '../../workflows/journey/describe.ts';
import { readLine, type JourneyEvent } from '../../workflows/journey/journey-event.ts';
import { viewOf } from '../../workflows/journey/view.ts';
import { JourneyPlayer } from '../support/journey-player.ts';
import { add, buy, hour, LetterWriter, minute, rules, view, type WrittenEvent } from '../support/letters.ts';
import type { ToldEvent } from '../support/reference-journey.ts';
import { fates } from '../support/told-events.ts';

const start = Date.UTC(2026, 0, 1);
const second = 1000;

const form = (at: number, failed?: boolean, page = '/checkout', name = 'payment'): WrittenEvent => ({
  at: start + at,
  action: 'form_submit',
  page,
  detail: { form: name, device: { type: 'mobile' }, ...(failed === undefined ? {} : { failed }) },
});
const loaded = (at: number, loadTime: number, page = '/checkout'): WrittenEvent => ({
  at: start + at,
  action: 'pageview',
  page,
  detail: { loadTime },
});
const checkout = [add(start, 'p1', 20), view(start + 1, '/checkout')];

interface Told {
  readonly letters: readonly (readonly WrittenEvent[])[];
  /** When the last letter arrives, after the start; the time of its last event when not given. */
  readonly now?: number;
  readonly usual?: JourneyPlayer['usual'];
  readonly own?: Partial<JourneyRules>;
}

function playerOf({ letters, now, usual = null, own = {} }: Told): JourneyPlayer {
  const player = new JourneyPlayer([], { ...rules, ...own });
  player.usual = usual;
  const writer = new LetterWriter();
  for (const events of letters) {
    const last = Math.max(...events.map(({ at }) => at));
    player.deliver(writer.letter(...events), now === undefined ? last : start + now);
  }
  return player;
}
const troubleOf = (told: Told) =>
  playerOf(told)
    .rows('alerts')
    .filter(({ type }) => type === 'checkout_trouble');
const reasons = (...events: readonly WrittenEvent[]) =>
  troubleOf({ letters: [[...checkout, ...events]] }).map(({ trouble }) => trouble?.reason);

describe('failed submissions', () => {
  it('are said at the second, with what is at stake, and shown by the journey', () => {
    const letters = [checkout, [form(10 * second, true)], [form(40 * second, true, '/checkout/pay')]];
    const player = playerOf({ letters });
    expect(player.rows('alerts')).toEqual([
      {
        type: 'checkout_trouble',
        cartId: 'event-0-0',
        at: start + 40 * second,
        value: 20,
        currency: 'EUR',
        items: [{ productId: 'p1', quantity: 1, price: 20 }],
        elapsedMs: 30 * second,
        abandonedBefore: 0,
        openedAt: start,
        sessions: 1,
        purchases: 0,
        heldUntil: null,
        recovered: null,
        trouble: {
          reason: 'failed_submissions',
          page: '/checkout/pay',
          attempts: 2,
          inferred: false,
          loadTimeSeconds: null,
          usualLoadTimeSeconds: null,
          device: { type: 'mobile' },
        },
      },
    ]);
    const shown = viewOf(player.journey, rules);
    expect(shown.checkoutTrouble).toMatchObject({ cartId: 'event-0-0', attempts: 2 });
    expect(describeJourney(shown)).toContain('2 submissions on `/checkout/pay` failed');
    expect(troubleOf({ letters: letters.slice(0, 2) })).toEqual([]);
  });

  it('are said once a checkout, and again in the next', () => {
    const again = [5, 6, 7, 8].map((at) => [form(at * second, true)]);
    expect(troubleOf({ letters: [checkout, ...again] })).toHaveLength(1);
    const next = [buy(start + 9 * second, 20, 'o1'), view(start + 10 * second, '/checkout')];
    const letters = [checkout, ...again, next, [form(11 * second, true), form(12 * second, true)]];
    const said = troubleOf({ letters });
    expect(new Set(said.map(({ cartId }) => cartId)).size).toBe(2);
    expect(said).toHaveLength(2);
  });

  it('are no trouble when a form passes or a purchase comes, in the same letter or before the second', () => {
    expect(reasons(form(5, true), form(6, true))).toEqual(['failed_submissions']);
    expect(reasons(form(5, true), form(6, true), form(7, false))).toEqual([]);
    expect(reasons(form(5, true), form(6, false), form(7, true))).toEqual([]);
    expect(reasons(form(5, true), form(6, true), buy(start + 7, 20))).toEqual([]);
    expect(reasons(form(5, true), buy(start + 6, 20), view(start + 7, '/checkout'), form(8, true))).toEqual(
      [],
    );
  });

  it('are counted within the window, and need an open cart', () => {
    const apart = [form(0, true), form(10 * minute + 1, true)];
    expect(
      troubleOf({ letters: [checkout, [apart[0] as WrittenEvent], [apart[1] as WrittenEvent]] }),
    ).toEqual([]);
    expect(troubleOf({ letters: [[form(1, true), form(2, true)]] })).toEqual([]);
  });

  it('are not looked for by a journey that a bridge from before it started', () => {
    const oldRules: Record<string, unknown> = { ...rules };
    delete oldRules['checkoutTrouble'];
    const before = new JourneyPlayer([], oldRules as unknown as JourneyRules);
    before.deliver(new LetterWriter().letter(...checkout, form(5, true), form(6, true)), start + 6);
    expect(before.rows('alerts')).toEqual([]);
    expect(before.journey.state.checkout).toBeUndefined();
  });
});

describe('submissions that nobody says failed', () => {
  const thrice = [form(5), form(6), form(7)];

  it('are trouble when the same form is sent again and again and nothing follows', () => {
    const [alert] = troubleOf({ letters: [[...checkout, ...thrice]] });
    expect(alert?.trouble).toMatchObject({ reason: 'failed_submissions', attempts: 3, inferred: true });
    expect(reasons(form(5), form(6))).toEqual([]);
    // The page comes again with each attempt.
    expect(reasons(form(5), loaded(6, 1), form(7), loaded(8, 1), form(9))).toHaveLength(1);
  });

  it('are none when the user gets on, or sends different forms', () => {
    expect(reasons(...thrice, view(start + 8, '/checkout/review'))).toEqual([]);
    expect(reasons(form(5), form(6), { at: start + 7, action: 'add_payment_info' }, form(8))).toEqual([]);
    expect(reasons(form(5), form(6), form(7, undefined, '/checkout', 'coupon'))).toEqual([]);
    expect(reasons(form(5), form(6), form(7, undefined, '/checkout/2'))).toEqual([]);
    expect(reasons(...thrice, form(8, false))).toEqual([]);
  });
});

describe('a slow page', () => {
  const usual = { median: 1, p95: 2.5 };
  const slow = (loadTime: number, more: Partial<Told> = {}) =>
    troubleOf({ letters: [[add(start, 'p1', 20), loaded(5, loadTime)]], usual, ...more });

  it('is said when it is far above what is usual', () => {
    expect(slow(3)).toMatchObject([
      {
        elapsedMs: 0,
        trouble: { reason: 'slow_page', loadTimeSeconds: 3, usualLoadTimeSeconds: 1, page: '/checkout' },
      },
    ]);
  });

  it('is not said below the factor, within what many have, or where nobody knows what is usual', () => {
    expect(slow(2.99)).toEqual([]);
    expect(slow(4, { usual: { median: 1, p95: 4 } })).toEqual([]);
    expect(slow(4, { usual: { median: 1, p95: 3.9 } })).toHaveLength(1);
    expect(slow(30, { usual: null })).toEqual([]);
  });

  it('costs a question only when it is slow by the clock', () => {
    const player = new JourneyPlayer([], rules);
    const writer = new LetterWriter();
    const isAsked = (loadTime: number, page: string) => {
      player.journey.receive(writer.letter(loaded(5, loadTime, page)));
      expect(player.journey.recallInQuestion()).toBeNull();
      player.journey.advance();
      return player.journey.slowViewInQuestion(start + 5) !== null;
    };
    expect([isAsked(1.99, '/checkout'), isAsked(2, '/checkout')]).toEqual([false, true]);
    player.journey.judgeSlowView(usual);
    expect(player.journey.slowViewInQuestion(start + 5)).toBeNull();
  });

  it('is not said of a checkout that is bought by then, or beside failing forms', () => {
    expect(troubleOf({ letters: [[loaded(5, 9), buy(start + 6, 20)]], usual })).toEqual([]);
    expect(troubleOf({ letters: [[loaded(5, 9), form(6, true), form(7, true)]], usual })).toHaveLength(1);
  });
});

describe('while the user is there', () => {
  const failing = [[...checkout, form(5, true), form(6, true)]];

  it('means a few minutes at most, and less than the deadline of a checkout', () => {
    expect(troubleOf({ letters: failing, now: 5 * minute })).toHaveLength(1);
    expect(troubleOf({ letters: failing, now: 5 * minute + 7 })).toEqual([]);
    const own = { checkoutAbandonAfterMs: 6 * second };
    expect(troubleOf({ letters: failing, now: 6 * second, own })).toHaveLength(1);
    expect(troubleOf({ letters: failing, now: 6 * second + 7, own })).toEqual([]);
  });

  it('keeps a slow page of a backlog from being asked about', () => {
    const player = playerOf({ letters: [[loaded(5, 9)]], now: 10 * minute, usual: { median: 1, p95: 2 } });
    expect(player.rows('alerts')).toEqual([]);
  });
});

type Deed = Pick<WrittenEvent, 'action' | 'page' | 'detail'>;
const deed: fc.Arbitrary<Deed> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc
      .constantFrom('/checkout', '/checkout/pay', '/home')
      .map((page): Deed => ({ action: 'pageview', page })),
  },
  {
    weight: 8,
    arbitrary: fc
      .record({
        failed: fc.constantFrom(true, true, undefined, undefined, undefined, false),
        page: fc.constantFrom('/checkout', '/checkout/pay'),
        name: fc.constantFrom('a', 'b'),
      })
      .map(({ failed, page, name }): Deed => ({
        action: 'form_submit',
        page,
        detail: form(0, failed, page, name).detail ?? {},
      })),
  },
  { weight: 1, arbitrary: fc.constant<Deed>({ action: 'add_payment_info' }) },
  { weight: 1, arbitrary: fc.constant<Deed>({ action: 'purchase' }) },
);
const visit = fc.array(fc.tuple(fc.integer({ min: 1, max: 3 * minute }), deed), {
  minLength: 1,
  maxLength: 14,
  size: 'max',
});

function told(steps: readonly (readonly [number, Deed])[]): ToldEvent[] {
  let at = start;
  const opening: ToldEvent = { id: 'e', at: start, action: 'pageview', page: '/checkout' };
  const later = steps.map(([wait, { action, page, detail }], index): ToldEvent => ({
    id: `e${index}`,
    at: (at += wait),
    action,
    ...(page === undefined ? {} : { page }),
    ...(detail === undefined ? {} : { detail }),
  }));
  return [opening, ...later];
}

/** How many submissions of a whole visit are trouble at `now`, told the plain way; zero for none. */
function plainly(events: readonly ToldEvent[], now: number): number {
  const isFresh = (forms: readonly ToldEvent[]) => (forms.at(-1)?.at ?? 0) >= now - 5 * minute;
  const purchase = events.findLastIndex(({ action }) => action === 'purchase');
  const since = events.slice(purchase + 1);
  const opens = ({ action, page }: ToldEvent) =>
    action === 'add_payment_info' || (action === 'pageview' && page?.startsWith('/checkout'));
  if (!since.some(opens)) return 0;
  const passed = since.findLastIndex(({ detail }) => detail?.failed === false);
  const forms = since.slice(passed + 1).filter(({ action }) => action === 'form_submit');
  const newest = events.findLast(
    ({ action, detail }) => action === 'form_submit' && detail?.failed !== false,
  );
  const lately = forms.filter(({ at }) => at >= (newest?.at ?? 0) - 10 * minute);
  const failed = lately.filter(({ detail }) => detail?.failed === true);
  if (failed.length >= 2 && isFresh(failed)) return failed.length;
  const isOver = (one: ToldEvent) =>
    since.some(
      (other) =>
        other.at > one.at &&
        (other.action === 'add_payment_info' || (other.action === 'pageview' && other.page !== one.page)),
    );
  const open = lately.filter((one) => one.detail?.failed === undefined && !isOver(one));
  const last = open.at(-1);
  const same = open.filter(({ page, detail }) => page === last?.page && detail?.form === last?.detail?.form);
  return same.length >= 3 && isFresh(same) ? same.length : 0;
}

describe('any visit', () => {
  it('leaves the same signs in whatever order it is told', () => {
    const step = fc.record({
      at: fc.integer({ min: 1, max: 10 * minute }),
      what: deed,
      loadTime: fc.integer({ min: 1, max: 9000 }),
    });
    const steps = fc.uniqueArray(step, {
      selector: ({ at }) => at,
      minLength: 2,
      maxLength: 14,
      size: 'max',
    });
    fc.assert(
      fc.property(steps, fc.infiniteStream(fc.nat()), (told, chance) => {
        const events = told.map(({ at, what, loadTime }) => {
          const detail = what.action === 'pageview' ? { loadTime: loadTime + at / hour } : what.detail;
          return readLine([0, 0, start + at, `e${at}`, what.action, what.page ?? null, detail ?? {}]);
        });
        const opening = readLine([0, 0, start, 'e', 'pageview', '/checkout']);
        const signsOf = (ordered: readonly JourneyEvent[]) =>
          [opening, ...ordered].reduce<CheckoutSigns | undefined>(
            (signs, event) => noteCheckoutSigns(signs, event, rules),
            undefined,
          );
        const keyed = events.map((event) => ({ event, key: chance.next().value as number }));
        const shuffled = keyed.sort((left, right) => left.key - right.key).map(({ event }) => event);
        expect(signsOf(shuffled)).toEqual(signsOf(events.toSorted((left, right) => left.time - right.time)));
      }),
      { numRuns: 1000 },
    );
  });

  it('told in one letter, its lines in any order, is in trouble if it plainly is', () => {
    let inTrouble = 0;
    fc.assert(
      fc.property(visit, fc.infiniteStream(fc.nat()), (steps, chance) => {
        const events = told(steps);
        const last = events.at(-1)?.at ?? start;
        // Each line from a partition of its own: nothing is known of their order.
        const lines = events.map(({ id, at, action, page, detail }, partition): LetterLine => [
          partition,
          0,
          at,
          id,
          action,
          page ?? null,
          detail ?? {},
        ]);
        const order = new Map(lines.map((line) => [line, chance.next().value as number]));
        lines.sort((left, right) => (order.get(left) ?? 0) - (order.get(right) ?? 0));
        // No deadline and no lateness here: both have tests of their own.
        const lenient = { ...rules, checkoutAbandonAfterMs: 5 * minute, lateGraceMs: 100 * minute };
        const player = new JourneyPlayer(events, lenient);
        player.deliver(new LetterWriter().ofLines(lines), last);
        const said = player.rows('alerts').filter(({ type }) => type === 'checkout_trouble');
        const attempts = plainly(events, last);
        if (attempts > 0) inTrouble += 1;
        expect(said.map(({ trouble }) => trouble?.attempts)).toEqual(attempts > 0 ? [attempts] : []);
      }),
      { numRuns: 1000 },
    );
    expect(inTrouble).toBeGreaterThan(100);
  });

  it('cut into letters, delivered again and continued as new, is said once a cart at most, and is not made up', () => {
    let said = 0;
    fc.assert(
      fc.property(visit, fates, (steps, plan) => {
        const events = told(steps);
        const player = new JourneyPlayer(events, rules);
        player.play(plan, (events.at(-1)?.at ?? start) + 5 * minute);
        const alerts = player.rows('alerts').filter(({ type }) => type === 'checkout_trouble');
        expect(new Set(alerts.map(({ cartId }) => cartId)).size).toBe(alerts.length);
        said += alerts.length;
        for (const { at, trouble } of alerts) {
          const forms = events.filter(
            (event) =>
              event.action === 'form_submit' &&
              event.at <= at &&
              event.at >= at - 10 * minute &&
              event.detail?.failed === (trouble?.inferred ? undefined : true),
          );
          expect(forms.length).toBeGreaterThanOrEqual(trouble?.attempts ?? 0);
          expect(trouble?.attempts).toBeGreaterThanOrEqual(trouble?.inferred ? 3 : 2);
        }
        expect(Math.max(...player.stateSizes)).toBeLessThan(20_000);
      }),
      { numRuns: 500 },
    );
    expect(said).toBeGreaterThan(50);
  });

  it('read an hour later says nothing', () => {
    fc.assert(
      fc.property(visit, (steps) => {
        const events = told(steps);
        const player = new JourneyPlayer(events, rules);
        const writer = new LetterWriter();
        const written = events.map(({ id, ...event }) => ({ ...event, eventId: id }));
        player.deliver(writer.letter(...written), (events.at(-1)?.at ?? start) + 60 * minute);
        expect(player.rows('alerts').filter(({ type }) => type === 'checkout_trouble')).toEqual([]);
      }),
    );
  });
});
