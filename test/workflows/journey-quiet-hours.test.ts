/**
 * Protects: an abandonment in quiet hours is recorded at once and its alert said exactly once when they end, whatever happens
 * to the workflow meanwhile; it is dropped when its user came back, by letter or by what the record knows.
 */
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest';

import { add, buy, hour, LetterWriter, minute, view } from '../support/letters.ts';
import { createEnvironment, Ledger, withJourney, type RunningJourney } from './journey-environment.ts';

let environment: TestWorkflowEnvironment;

beforeAll(async () => {
  environment = await createEnvironment(inject('testServerPath'));
});
afterAll(() => environment.teardown());

interface Night extends RunningJourney {
  readonly writer: LetterWriter;
  /** When the cart was abandoned, and when the quiet hours end: nine hours later. */
  readonly abandonedAt: number;
  readonly morning: number;
}

/** A cart that was abandoned in quiet hours a minute ago. */
async function inTheNight(
  options: { readonly cached: boolean; readonly lettersPerRun?: number },
  test: (night: Night) => Promise<void>,
): Promise<void> {
  const writer = new LetterWriter();
  const ledger = new Ledger();
  let abandonedAt = 0;
  let morning = 0;
  const first = (now: number) => {
    abandonedAt = now + 30 * minute;
    morning = abandonedAt + 9 * hour;
    ledger.quietUntil = (at) => (at < morning ? morning : null);
    return writer.letter(add(now, 'p1', 10));
  };
  await withJourney(environment, { ...options, ledger }, first, async (journey) => {
    await environment.sleep(31 * minute);
    expect(fates(ledger)).toEqual(['held']);
    expect(ledger.rows('carts').map(({ status }) => status)).toEqual(['open', 'abandoned']);
    expect(ledger.alerts()).toEqual([]);
    await test({ ...journey, writer, abandonedAt, morning });
  });
}

const fates = (ledger: Ledger) => ledger.rows('abandonments').map(({ alert }) => alert);
const sleepUntil = async ({ now }: Night, time: number) => environment.sleep(time - (await now()));

async function isSaidOnceInTheMorning(night: Night): Promise<void> {
  const { ledger, morning, abandonedAt } = night;
  await sleepUntil(night, morning - minute);
  expect(ledger.alerts()).toEqual([]);
  await sleepUntil(night, morning + minute);
  await isSaidOnce(night);
  expect(ledger.rows('alerts')).toMatchObject([{ at: abandonedAt, heldUntil: morning }]);
}

async function isSaidOnce({ ledger }: Night): Promise<void> {
  expect(ledger.alerts()).toEqual(['cart_abandoned']);
  await environment.sleep(5 * hour);
  expect(ledger.alerts()).toEqual(['cart_abandoned']);
  expect(fates(ledger)).toEqual(['held', 'said']);
}

describe.each([{ cached: true }, { cached: false }])('with a workflow cache: $cached', ({ cached }) => {
  it('says it when they end, after it has asked the record once more', async () => {
    await inTheNight({ cached }, async (night) => {
      await isSaidOnceInTheMorning(night);
      expect(night.ledger.questions).toMatchObject([
        { until: night.abandonedAt },
        { after: night.abandonedAt - 30 * minute, until: night.morning },
      ]);
    });
  });

  it('shows until when', async () => {
    await inTheNight({ cached }, async ({ view: ask, morning, handle }) => {
      expect(await ask()).toMatchObject({
        cart: null,
        heldAlert: { saidUnlessActiveBy: new Date(morning).toISOString() },
      });
      // The summary is there once the workflow task is complete, which the server may tell a moment later.
      const shown = new Date(morning).toISOString().slice(0, 19).replace('T', ' ');
      await vi.waitFor(async () => {
        const details = await handle.query<string>('__temporal_workflow_metadata');
        expect(JSON.stringify(details)).toContain(`until ${shown} UTC`);
      });
    });
  });

  it('drops it when the user comes back', async () => {
    await inTheNight({ cached }, async (night) => {
      const { send, writer, now, ledger, view: ask } = night;
      await environment.sleep(2 * hour);
      await send(writer.letter(view(await now(), '/home')));
      await environment.sleep(minute);
      expect(fates(ledger)).toEqual(['held', 'dropped']);
      expect((await ask()).heldAlert).toBeNull();
      await environment.sleep(24 * hour);
      expect(ledger.alerts()).toEqual([]);
      // Nothing was said, so nothing cools down.
      await send(writer.letter(add(await now(), 'p2', 5)));
      await environment.sleep(31 * minute);
      expect(ledger.alerts()).toEqual(['cart_abandoned']);
    });
  });

  it('drops it when the record knows that the user came back, and says no more when the letter comes', async () => {
    await inTheNight({ cached }, async (night) => {
      const { send, writer, morning, ledger } = night;
      ledger.answers = [{ silent: false, lastEventAt: morning - 1, visitorId: null }];
      await sleepUntil(night, morning + minute);
      expect(fates(ledger)).toEqual(['held', 'dropped']);
      await send(writer.letter(view(morning - 1, '/home')));
      await environment.sleep(5 * hour);
      expect(ledger.alerts()).toEqual([]);
      expect(fates(ledger)).toEqual(['held', 'dropped']);
    });
  });

  it('waits while the record has not caught up with the end of them', async () => {
    await inTheNight({ cached }, async (night) => {
      night.ledger.answers = [{ silent: 'unknown' }, { silent: 'unknown' }];
      await isSaidOnceInTheMorning(night);
    });
  });

  it('says a recovery in the night at once, and that nobody was told before', async () => {
    await inTheNight({ cached }, async ({ send, writer, now, ledger }) => {
      await environment.sleep(hour);
      await send(writer.letter(buy(await now(), 12.5)));
      await environment.sleep(minute);
      expect(ledger.rows('alerts')).toMatchObject([
        { type: 'cart_recovered', value: 12.5, recovered: { alert: 'dropped' } },
      ]);
      await environment.sleep(24 * hour);
      expect(ledger.alerts()).toEqual(['cart_recovered']);
    });
  });

  it('says it through continue-as-new, with letters that hold nothing new', async () => {
    await inTheNight({ cached, lettersPerRun: 2 }, async (night) => {
      const { send, writer, abandonedAt, handle, view: ask } = night;
      const known = writer.line({ ...add(abandonedAt - 30 * minute, 'p1', 10), offset: 0 });
      for (let again = 1; again <= 3; again += 1) {
        await send(writer.ofLines([known]));
        await environment.sleep(minute);
        expect((await ask()).counts.duplicates).toBe(again);
      }
      const latest = environment.client.workflow.getHandle(handle.workflowId);
      expect((await latest.describe()).runId).not.toBe(handle.signaledRunId);
      await isSaidOnceInTheMorning(night);
    });
  });
});

/** The test server offers the tasks of a worker that is gone to its cache alone, for ever; a real one does not. */
describe('with another worker in the morning', () => {
  it('says it once', async () => {
    await inTheNight({ cached: false }, async (night) => {
      await night.withoutWorker(() => environment.sleep(hour));
      await isSaidOnceInTheMorning(night);
    });
  });

  it('says it late when they ended without one, and asks the record about the night', async () => {
    await inTheNight({ cached: false }, async (night) => {
      const { ledger, morning, now } = night;
      await night.withoutWorker(async () => {
        await sleepUntil(night, morning - 500);
        // The server skips no time while a task waits for a worker: the last second is a real one.
        await environment.sleep(1_000);
        expect(await now()).toBeGreaterThan(morning);
        expect(ledger.questions).toHaveLength(1);
      });
      await environment.sleep(minute);
      expect(ledger.questions.at(-1)).toMatchObject({ until: morning });
      await isSaidOnce(night);
    });
  });
});
