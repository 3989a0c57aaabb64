import type { WorkflowClient } from '@temporalio/client';

import {
  alertWebhookWorkflowId,
  alertWebhookWorkflowType,
  deliverSignalName,
} from '../events/alert-webhook.ts';
import type { Settings } from '../settings/settings.ts';
import type { AnnounceRuleParts } from './announce-rule.ts';

/** Hands an alert to the workflow that delivers the rule's, starting it when it is not running; nothing without a webhook. */
export const createTellWebhook =
  (workflows: WorkflowClient, settings: Settings): AnnounceRuleParts['tellWebhook'] =>
  async (rule, delivery) => {
    if (settings.ALERT_WEBHOOK_URL === undefined) return;
    await workflows.signalWithStart(alertWebhookWorkflowType, {
      workflowId: alertWebhookWorkflowId(rule),
      taskQueue: settings.TEMPORAL_TASK_QUEUE,
      args: [],
      signal: deliverSignalName,
      signalArgs: [delivery],
      staticSummary: `what the rule ${rule} says, to the webhook`,
    });
  };
