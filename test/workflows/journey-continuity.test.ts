/**
 * Protects: continue-as-new loses and doubles nothing, whether letters keep arriving meanwhile or not; the deadline, the
 * marks and the answers to queries travel through it, and the history of one run stays bounded.
 */
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest';

import type { Letter } from '../../events/letter.ts';
import { add, buy, LetterWriter, minute, view } from '../support/letters.ts';
import { createEnvironment, Ledger, withJourney, type RunningJourney } from './journey-environment.ts';

let environment: TestWorkflowEnvironment;

beforeAll(async () => {
  environment = await createEnvironment(inject('testServerPath'));
});
afterAll(() => environment.teardown());

const until = (condition: () => Promise<void>) => vi.waitFor(condition, { timeout: 5_000, interval: 20 });

/** Letters of a visit that begins at `start`, each with one event: they may all be sent at once. */
function visit(start: number): Letter[] {
  const writer = new LetterWriter();
  const events = [
    view(start, '/product/1'),
    add(start + 1, 'p1', 10, 2),
    view(start + 2, '/cart'),
    add(start + 3, 'p2', 0.1, 3),
    view(start + 4, '/checkout'),
    buy(start + 5, 20.3, 'order-1'),
    view(start + 6, '/purchase-complete'),
    view(start + 7, '/home'),
    add(start + 8, 'p3', 5),
  ];
  return events.map((event) => writer.letter(event));
}

async function tookAll({ view: ask }: RunningJourney, events: number): Promise<void> {
  // The server's clock stands still while nobody sleeps.
  await environment.sleep(100);
  await until(async () => expect((await ask()).counts.events).toBe(events));
}

describe.each([{ cached: true }, { cached: false }])('with a workflow cache: $cached', ({ cached }) => {
  async function play(lettersPerRun: number | undefined, again: boolean) {
    const ledger = new Ledger();
    let letters: Letter[] = [];
    let start = 0;
    const first = (now: number): Letter => {
      start = now;
      letters = visit(now);
      return letters.shift() as Letter;
    };
    let result: unknown;
    const options = { cached, ledger, ...(lettersPerRun ? { lettersPerRun } : {}) };
    await withJourney(environment, options, first, async (journey) => {
      // Not one after the other is waited for: most arrive while a run writes its rows or ends.
      for (const letter of letters) {
        await journey.send(letter);
        if (again) await journey.send(letter);
      }
      await tookAll(journey, 9);
      if (again) await until(async () => expect((await journey.view()).counts.duplicates).toBe(8));
      const { counts, journeyId, session, ...seen } = await journey.view();
      expect(journeyId).toMatch(/^u1_/);
      expect(counts.events).toBe(9);
      const relative = (text: string) => Date.parse(text) - start;
      result = {
        session: session && {
          ...session,
          startedAt: 0,
          lastEventAt: 0,
          openUntil: 0,
          reached: Object.keys(session.reached),
        },
        cart: seen.cart && {
          ...seen.cart,
          openedAt: relative(seen.cart.openedAt),
          updatedAt: 0,
          abandonedUnlessActiveBy: 0,
        },
        purchases: [seen.purchases, seen.purchasedValue, seen.sessions, seen.funnelStep],
        marks: seen.marks,
        steps: ledger.rows('steps').map(({ step, eventId }) => [step, eventId]),
        ended: ledger
          .rows('carts')
          .filter(({ status }) => status !== 'open')
          .map(({ status, value }) => [status, value]),
        bought: ledger.rows('purchases').map(({ value, orderId }) => [value, orderId]),
      };
    });
    return result;
  }

  it('says and shows the same with a run for every two letters as with one run, delivered again or not', async () => {
    const inOneRun = await play(undefined, false);
    expect(inOneRun).toMatchObject({ ended: [['purchased', 20.3]], bought: [[20.3, 'order-1']] });
    expect(await play(2, false)).toEqual(inOneRun);
    expect(await play(2, true)).toEqual(inOneRun);
  });

  it('keeps the deadline through continue-as-new, in runs of few events', async () => {
    const writer = new LetterWriter();
    const first = (now: number) => writer.letter(add(now, 'p1', 10));
    await withJourney(environment, { cached, lettersPerRun: 2 }, first, async (journey) => {
      const { handle, ledger, send, now } = journey;
      let last = 0;
      for (let letters = 0; letters < 5; letters += 1) {
        last = await now();
        await send(writer.letter(view(last, '/home')));
        await tookAll(journey, letters + 2);
      }
      const latest = environment.client.workflow.getHandle(handle.workflowId);
      const description = await latest.describe();
      expect(description.runId).not.toBe(handle.signaledRunId);
      const shown = description.typedSearchAttributes.getAll().map(({ key, value }) => [key.name, value]);
      expect(Object.fromEntries(shown)).toMatchObject({ FunnelStep: 'cart', CartValue: 10 });
      const firstRun = await environment.client.workflow
        .getHandle(handle.workflowId, handle.signaledRunId)
        .fetchHistory();
      expect(firstRun.events?.length).toBeLessThan(30);
      await environment.sleep(29 * minute);
      expect(ledger.alerts()).toEqual([]);
      await environment.sleep(2 * minute);
      expect(ledger.alerts()).toEqual(['cart_abandoned']);
      expect(ledger.rows('abandonments')).toMatchObject([{ abandonedAt: last + 30 * minute }]);
    });
  });
});
