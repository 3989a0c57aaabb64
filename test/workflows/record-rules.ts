import type { TestWorkflowEnvironment } from '@temporalio/testing';

import type { RuleView } from '../../workflows/alert-rule/view.ts';
import { hour, measured, minute } from '../support/alert-rule.ts';
import { withRule } from './rule-environment.ts';
import type { Save } from './save-history.ts';

/** Rules: one that does everything, from its first alert to its removal, and one that continues as new with an alert that stands. */
export async function recordRules(environment: TestWorkflowEnvironment, save: Save): Promise<void> {
  const name = 'recorded';
  await withRule(
    environment,
    { name, forMs: minute, cooldownMs: 2 * minute },
    async ({ ledger, pass, update, handle }) => {
      await pass(1);
      ledger.reading = measured(11);
      await pass(2);
      await update('acknowledge', 'eve');
      const { definition } = await update<RuleView>('snooze', 2 * minute, 'eve');
      ledger.reading = 'away';
      await pass(2);
      ledger.reading = measured(1);
      await update('test', 'eve');
      await pass(4);
      await update('change', { ...definition, threshold: 5, resolveAt: 5 }, 'eve');
      await update('pause', 'eve');
      await pass(3);
      await update('resume', 'eve');
      await pass(1);
      await update('remove', 'eve');
      await handle.result();
      await save('alert-rule', handle);
    },
    { isCached: true },
  );
  await withRule(
    environment,
    { name: 'continued' },
    async ({ ledger, pass, update, handle, runId }) => {
      const first = await runId();
      ledger.reading = measured(11);
      await pass(1);
      await update('snooze', hour, 'eve');
      await pass(4);
      const { workflow } = environment.client;
      await save('alert-rule-continued-first', workflow.getHandle(handle.workflowId, first));
      await save('alert-rule-continued-last', workflow.getHandle(handle.workflowId, await runId()));
    },
    { isCached: true, evaluationsPerRun: 3 },
  );
}
