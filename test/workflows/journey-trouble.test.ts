/**
 * Protects: a running journey says trouble in a checkout at once, once, with and without a workflow cache; it asks the record
 * only about a page that was slow by the clock, and a record that is away holds up nothing else.
 */
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';

import { add, hour, LetterWriter, minute, view, type WrittenEvent } from '../support/letters.ts';
import { waitUntil } from '../support/wait-until.ts';
import { createEnvironment, Ledger, withJourney } from './journey-environment.ts';

let environment: TestWorkflowEnvironment;

beforeAll(async () => {
  environment = await createEnvironment(inject('testServerPath'));
});
afterAll(() => environment.teardown());

const failed = (at: number): WrittenEvent => ({
  at,
  action: 'form_submit',
  page: '/checkout',
  detail: { failed: true },
});
const loaded = (at: number, loadTime: number): WrittenEvent => ({
  at,
  action: 'pageview',
  page: '/checkout',
  detail: { loadTime },
});

describe.each([{ cached: true }, { cached: false }])('with a workflow cache: $cached', ({ cached }) => {
  it('says failing forms once, also over continue-as-new, and asks nobody', async () => {
    const writer = new LetterWriter();
    const first = (now: number) =>
      writer.letter(add(now, 'p1', 10), view(now + 1, '/checkout'), failed(now + 2));
    const options = { cached, lettersPerRun: 2 };
    await withJourney(environment, options, first, async ({ ledger, send, view: ask, now }) => {
      for (let forms = 0; forms < 4; forms += 1) {
        await send(writer.letter(failed(await now())));
        // The server's clock stands still while nobody sleeps, and a run that continues as new waits for it.
        await environment.sleep(2_000);
        await waitUntil('the letter is taken', ask, ({ counts }) => counts.letters === forms + 2);
      }
      const [alert, ...others] = ledger.rows('alerts');
      expect(alert).toMatchObject({ type: 'checkout_trouble', value: 10, trouble: { attempts: 2 } });
      expect(others).toEqual([]);
      expect(ledger.pagesAsked).toEqual([]);
      expect((await ask()).checkoutTrouble).toMatchObject({
        reason: 'failed_submissions',
        page: '/checkout',
      });
      // It stands beside what comes of the checkout.
      await environment.sleep(20 * minute);
      expect(ledger.alerts()).toEqual(['checkout_trouble', 'checkout_abandoned']);
    });
  });

  it('says a page that is far slower than usual, asking only about the slow one', async () => {
    const ledger = new Ledger();
    ledger.usual = { median: 0.8, p95: 1.9 };
    const writer = new LetterWriter();
    const first = (now: number) => writer.letter(add(now, 'p1', 10), loaded(now + 1, 1.9));
    await withJourney(environment, { cached, ledger }, first, async ({ send, view: ask, now }) => {
      await waitUntil('the first letter is taken', ask, ({ counts }) => counts.letters === 1);
      expect([ledger.pagesAsked, ledger.alerts()]).toEqual([[], []]);
      await send(writer.letter(loaded(await now(), 7)));
      await waitUntil(
        'the trouble is said',
        async () => ledger.alerts(),
        ({ length }) => length > 0,
      );
      expect(ledger.pagesAsked).toEqual(['/checkout']);
      expect(ledger.rows('alerts')).toMatchObject([
        { trouble: { reason: 'slow_page', loadTimeSeconds: 7, usualLoadTimeSeconds: 0.8 } },
      ]);
    });
  });

  it('says nothing of a backlog, and does not ask', async () => {
    const ledger = new Ledger();
    ledger.usual = { median: 0.8, p95: 1.9 };
    const writer = new LetterWriter();
    const first = (now: number) => {
      const before = now - hour;
      return writer.letter(loaded(before, 9), failed(before + 1), failed(before + 2));
    };
    await withJourney(environment, { cached, ledger }, first, async ({ view: ask }) => {
      await waitUntil('the letter is taken', ask, ({ counts }) => counts.letters === 1);
      await environment.sleep(minute);
      expect(ledger.pagesAsked).toEqual([]);
      expect(ledger.alerts()).not.toContain('checkout_trouble');
    });
  });

  it('goes on without a word where the record does not answer', async () => {
    const ledger = new Ledger();
    ledger.usual = 'away';
    const writer = new LetterWriter();
    const first = (now: number) => writer.letter(add(now, 'p1', 10), loaded(now + 1, 9));
    await withJourney(environment, { cached, ledger }, first, async () => {
      await environment.sleep(16 * minute);
      expect(ledger.pagesAsked.length).toBeGreaterThan(1);
      expect(ledger.alerts()).toEqual(['checkout_abandoned']);
    });
  });
});
