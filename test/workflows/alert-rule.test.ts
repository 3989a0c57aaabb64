/**
 * Protects: a rule as a workflow evaluates at its instants, says what the reducer decides, takes updates or refuses them with a
 * reason, and loses nothing through continue-as-new or while a store is away.
 */
import { WorkflowUpdateFailedError } from '@temporalio/client';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest';

import type { RuleDefinition } from '../../events/alert-rule.ts';
import type { RuleView } from '../../workflows/alert-rule/view.ts';
import { broken, hour, measured, minute } from '../support/alert-rule.ts';
import { createEnvironment } from './journey-environment.ts';
import { withRule, type RunningRule } from './rule-environment.ts';

let environment: TestWorkflowEnvironment;

beforeAll(async () => {
  environment = await createEnvironment(inject('testServerPath'));
});
afterAll(() => environment.teardown());

const reasonOf = (update: Promise<unknown>): Promise<string> =>
  update.then(
    () => 'taken',
    (error: unknown) => {
      if (!(error instanceof WorkflowUpdateFailedError)) throw error;
      return error.cause?.message ?? '';
    },
  );

const soon = (check: () => unknown) => vi.waitFor(check, { timeout: 5_000, interval: 20 });

it.each([{ isCached: true }, { isCached: false }])(
  'goes from ok to resolved, with a cache: $isCached',
  async (start) => {
    const test = async ({ ledger, pass, view }: RunningRule) => {
      await pass(2);
      expect((await view()).status).toBe('ok');
      ledger.reading = measured(11);
      await pass(1);
      expect(await view()).toMatchObject({ status: 'pending', value: 11 });
      await pass(2);
      expect(await view()).toMatchObject({ status: 'firing', firing: { acknowledgedBy: null } });
      ledger.reading = measured(3);
      await pass(1);
      expect((await view()).status).toBe('resolved');
      await pass(5);
      expect((await view()).status).toBe('ok');
      expect(ledger.said).toEqual(['firing', 'resolved']);
      // One question for each instant, each a whole minute.
      expect(ledger.asked.map(({ at }) => at % minute)).toEqual(ledger.asked.map(() => 0));
      expect(new Set(ledger.asked.map(({ at }) => at)).size).toBe(11);
      expect(ledger.gaps).toEqual([]);
      expect(ledger.audited).toEqual(['rule.started by adam']);
    };
    await withRule(environment, { forMs: 2 * minute, cooldownMs: 4 * minute }, test, start);
  },
);

it('shows in words where it stands', async () => {
  await withRule(environment, { name: 'shown' }, async ({ ledger, pass, details }) => {
    ledger.reading = measured(1234);
    await pass(1);
    const text = await details();
    expect(text).toContain('shown: **firing**');
    expect(text).toContain('consumer lag above 10 messages over 5 minutes');
    expect(text).toContain('1,234 messages (100 readings)');
  });
});

describe('updates', () => {
  it('pause, resume, snooze and acknowledge do what they say, are audited, and refuse what makes no sense', async () => {
    await withRule(environment, { name: 'handled' }, async ({ ledger, pass, update, view }) => {
      expect(await reasonOf(update('resume', 'eve'))).toBe('handled is not paused');
      expect(await reasonOf(update('acknowledge', 'eve'))).toMatch(/^handled has no alert that stands/);
      expect(await reasonOf(update('snooze', 31 * 24 * hour, 'eve'))).toMatch(/up to 30 days$/);

      expect((await update<RuleView>('snooze', 3 * minute, 'eve')).snoozedUntil).not.toBeNull();
      ledger.reading = measured(11);
      await pass(2);
      expect([(await view()).status, ledger.said]).toEqual(['pending', []]);
      await pass(2);
      expect(ledger.said).toEqual(['firing']);

      await update('acknowledge', 'eve');
      expect((await view()).firing?.acknowledgedBy).toBe('eve');
      expect(await reasonOf(update('acknowledge', 'eve'))).toMatch(
        /^handled was acknowledged already, by eve/,
      );

      await update('pause', 'eve');
      expect(await reasonOf(update('pause', 'eve'))).toBe('handled is paused already, by eve');
      const { length } = ledger.asked;
      ledger.reading = measured(1);
      await pass(60);
      expect(ledger.asked).toHaveLength(length);
      await update('resume', 'eve');
      await pass(2);
      expect(ledger.said).toEqual(['firing', 'resolved']);
      expect((await view()).missed).toBe(0);
      expect(ledger.acknowledged).toEqual(['eve']);
      const done = ['snoozed', 'acknowledged', 'paused', 'resumed'].map((what) => `rule.${what} by eve`);
      expect(ledger.audited).toEqual(['rule.started by adam', ...done]);
    });
  });

  it('change takes effect in place, and an impossible one is refused', async () => {
    await withRule(environment, { name: 'changed' }, async ({ ledger, pass, update, view, runId }) => {
      ledger.reading = measured(11);
      await pass(1);
      const { definition, firing } = await view();
      const run = await runId();
      const change = (differences: Partial<RuleDefinition>) =>
        update<string>('change', { ...definition, ...differences }, 'eve');
      expect(await change({})).toBe('unchanged');
      expect(await reasonOf(change({ name: 'another' }))).toMatch(/the name stays$/);
      expect(await reasonOf(change({ threshold: -1, resolveAt: -1 }))).toMatch(
        /^changed cannot be changed: above: /,
      );

      expect(await change({ everyMs: 10 * minute, threshold: 5, resolveAt: 5 })).toBe('changed');
      expect(await view()).toMatchObject({ status: 'firing', firing });
      const { length } = ledger.asked;
      await pass(30);
      expect(ledger.asked).toHaveLength(length + 3);
      expect(await view()).toMatchObject({ status: 'firing', firing, missed: 0 });
      expect([ledger.said, await runId()]).toEqual([['firing'], run]);
    });
  });

  it('test measures and changes nothing, also what cannot be measured', async () => {
    await withRule(environment, {}, async ({ ledger, pass, update, view }) => {
      await pass(1);
      ledger.reading = measured(99);
      expect(await update('test', 'eve')).toEqual(measured(99));
      ledger.reading = broken;
      expect(await update('test', 'eve')).toEqual(broken);
      expect(await view()).toMatchObject({ status: 'ok', value: 1, error: null, evaluations: 1 });
    });
  });

  it('remove takes back the alert that stands, and ends the rule', async () => {
    await withRule(environment, {}, async ({ ledger, pass, update, status }) => {
      ledger.reading = measured(11);
      await pass(1);
      await update('remove', 'eve');
      expect(ledger.said).toEqual(['firing', 'resolved by eve']);
      await soon(async () => expect(await status()).toBe('COMPLETED'));
    });
  });
});

describe('nothing is lost', () => {
  it('through continue-as-new: an alert that stands, its acknowledgement, a snooze, a pause', async () => {
    const test = async ({ ledger, pass, update, view, runId }: RunningRule) => {
      const first = await runId();
      ledger.reading = measured(11);
      await pass(1);
      await update('acknowledge', 'eve');
      await update('snooze', 2 * hour, 'eve');
      const before = await view();
      await pass(10);
      expect(await runId()).not.toBe(first);
      const { status, firing, snoozedUntil, evaluations, missed } = await view();
      expect({ status, firing, snoozedUntil }).toEqual({
        status: 'firing',
        firing: before.firing,
        snoozedUntil: before.snoozedUntil,
      });
      expect([evaluations, missed, ledger.said]).toEqual([11, 0, ['firing']]);
      expect(ledger.audited).toEqual([
        'rule.started by adam',
        'rule.acknowledged by eve',
        'rule.snoozed by eve',
      ]);
    };
    await withRule(environment, {}, test, { evaluationsPerRun: 3 });
  });

  it('while PostgreSQL is away: a gap, recorded with the next evaluation', async () => {
    await withRule(environment, {}, async ({ ledger, pass, view }) => {
      await pass(1);
      ledger.reading = 'away';
      await pass(3);
      expect(await view()).toMatchObject({
        missed: 3,
        gaps: [{ missed: 3, reason: 'PostgreSQL did not answer' }],
      });
      ledger.reading = measured(1);
      await pass(2);
      expect(ledger.gaps).toMatchObject([{ missed: 3 }]);
    });
  });

  it('while Kafka is away: evaluations go on, and what was to be said is said in order', async () => {
    await withRule(environment, {}, async ({ ledger, pass, view }) => {
      ledger.isKafkaAway = true;
      ledger.reading = measured(11);
      await pass(2);
      ledger.reading = measured(1);
      await pass(2);
      expect([(await view()).evaluations, ledger.said]).toEqual([4, []]);
      ledger.isKafkaAway = false;
      await pass(2);
      expect(ledger.said).toEqual(['firing', 'resolved']);
    });
  });
});
