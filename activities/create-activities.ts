import type { WorkflowClient } from '@temporalio/client';

import type { MessageProducer } from '../connections/kafka.ts';
import type { Database } from '../connections/postgres.ts';
import { topicsWithPrefix } from '../events/topics.ts';
import { rulesOf } from '../settings/journey-rules.ts';
import type { Settings } from '../settings/settings.ts';
import type { Activities } from './activities.ts';
import { createAnnounceRule } from './announce-rule.ts';
import { createAskSilence } from './ask-silence.ts';
import { createAskUsualLoadTime } from './ask-usual-load-time.ts';
import { createCallWebhook } from './call-webhook.ts';
import { createDeliverLetter, deliverIfRunning } from './deliver-letter.ts';
import { createEvaluateRule } from './evaluate-rule.ts';
import { createPublishAlerts } from './publish-alerts.ts';
import { createAuditRule } from './audit-rule.ts';
import { createForgetUnusedKeys } from './encryption/forget-unused-keys.ts';
import { isErased } from './erasure/read-suppressions.ts';
import { createQuietUntil } from './quiet-until.ts';
import { createRecallEvents } from './recall-events.ts';
import { createRecordJourney } from './record-journey.ts';
import { createRetention } from './retention.ts';
import { createTellWebhook } from './tell-webhook.ts';
import { createRollUp } from './roll-up.ts';

export interface ActivityDependencies {
  readonly database: Database;
  /** For the SQL that rules bring: a few connections of their own, where statements may hang. */
  readonly readers?: Database;
  /** For the metrics of rules: connections that can only read. */
  readonly metrics?: Database;
  readonly producer: MessageProducer;
  readonly workflows: WorkflowClient;
  readonly settings: Settings;
}

/** Every effect of the workflows, one file each. */
export function createActivities({
  database,
  readers = database,
  metrics = database,
  producer,
  workflows,
  settings,
}: ActivityDependencies): Activities {
  const topics = topicsWithPrefix(settings.KAFKA_TOPIC_PREFIX);
  const deliver = createDeliverLetter(workflows, settings.TEMPORAL_TASK_QUEUE, rulesOf(settings));
  return {
    recordJourney: createRecordJourney({
      database,
      producer,
      alertsTopic: topics.alerts.name,
      userActivityTopic: topics.userActivity.name,
      // A visitor's journey on its last breath must not start that of a user who has been erased.
      deliver: async (journeyId, letter) => {
        if (!(await isErased(database, journeyId))) await deliver(journeyId, letter);
      },
      deliverIfRunning: (journeyId, letter) => deliverIfRunning(workflows, journeyId, letter),
    }),
    askSilence: createAskSilence(database, topics.rawEvents.name, {
      quietUntil: createQuietUntil(settings.ALERT_QUIET_HOURS, settings.ALERT_TIME_ZONE),
      botsInFunnels: settings.BOTS_IN_FUNNELS,
    }),
    recallEvents: createRecallEvents(database, topics.rawEvents.name, settings.BOTS_IN_FUNNELS),
    askUsualLoadTime: createAskUsualLoadTime(database),
    rollUp: createRollUp({
      database,
      producer,
      userActivityTopic: topics.userActivity.name,
      sessionGapMs: settings.SESSION_GAP,
    }),
    ...createRetention(database, settings.RETENTION_DAYS, createForgetUnusedKeys(database, workflows)),
    ...createEvaluateRule({ database, metrics, readers }),
    auditRule: createAuditRule(database),
    callWebhook: createCallWebhook(settings),
    ...createAnnounceRule({
      database,
      publish: createPublishAlerts(database, producer, topics.alerts.name),
      tellWebhook: createTellWebhook(workflows, settings),
    }),
  };
}
