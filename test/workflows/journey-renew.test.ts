/**
 * Protects: a journey that is asked to renew itself begins a new run at once, busy or idle, and takes everything along:
 * letters that come at the same moment, the open cart and its deadline.
 */
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest';

import { renewSignal } from '../../workflows/user-journey.ts';
import { add, LetterWriter, minute, view } from '../support/letters.ts';
import { createEnvironment, withJourney } from './journey-environment.ts';

let environment: TestWorkflowEnvironment;

beforeAll(async () => {
  environment = await createEnvironment(inject('testServerPath'));
});
afterAll(() => environment.teardown());

describe.each([{ cached: true }, { cached: false }])('with a workflow cache: $cached', ({ cached }) => {
  it('renews itself, and its cart meets its deadline in the new run, once', async () => {
    const writer = new LetterWriter();
    let start = 0;
    const first = (now: number) => {
      start = now;
      return writer.letter(add(now, 'p1', 10));
    };
    await withJourney(environment, { cached }, first, async ({ handle, ledger, send, view: ask }) => {
      const latest = environment.client.workflow.getHandle(handle.workflowId);
      const runId = async (): Promise<string> => (await latest.describe()).runId;
      const renewed = async (from: string): Promise<string> => {
        await vi.waitFor(async () => expect(await runId()).not.toBe(from), { timeout: 5_000, interval: 20 });
        return runId();
      };

      await environment.sleep(minute);
      await latest.signal(renewSignal);
      const second = await renewed(handle.signaledRunId);
      // Nothing waits in the second run but its alarm.
      await environment.sleep(minute);
      expect(await runId()).toBe(second);

      await Promise.all([
        send(writer.letter(view(start + 1, '/home'))),
        latest.signal(renewSignal),
        // The two may come in either order: each is of a partition of its own.
        send(writer.letter({ ...view(start + 2, '/home'), partition: 1 })),
      ]);
      await renewed(second);
      await vi.waitFor(async () => expect((await ask()).counts).toMatchObject({ events: 3, duplicates: 0 }), {
        timeout: 5_000,
        interval: 20,
      });
      await environment.sleep(31 * minute);
      expect(ledger.alerts()).toEqual(['cart_abandoned']);
      expect(ledger.rows('abandonments')).toMatchObject([{ abandonedAt: start + 2 + 30 * minute }]);
    });
  });
});
