/** The topics of the contract, with what they are created with. A prefix isolates one deployment from another. */

const DAY_MS = 24 * 60 * 60 * 1000;

export interface TopicSpecification {
  readonly name: string;
  readonly partitions: number;
  readonly retentionMs: number;
  /** The table of the same content: the topic must not keep for longer what the table has let go. */
  readonly table: 'events' | 'user_activity' | 'alerts';
  /** How long the table keeps it, where that is known. */
  readonly mostRetentionMs?: number;
}

const specifications = {
  rawEvents: { name: 'raw-events', partitions: 3, retentionMs: 7 * DAY_MS, table: 'events' },
  pageViews: { name: 'page-views', partitions: 3, retentionMs: 7 * DAY_MS, table: 'events' },
  userActivity: { name: 'user-activity', partitions: 3, retentionMs: 30 * DAY_MS, table: 'user_activity' },
  alerts: { name: 'alerts', partitions: 1, retentionMs: 90 * DAY_MS, table: 'alerts' },
  deadLetters: { name: 'raw-events.dlq', partitions: 1, retentionMs: 30 * DAY_MS, table: 'events' },
} as const satisfies Record<string, TopicSpecification>;

export type Topics = Readonly<Record<keyof typeof specifications, TopicSpecification>>;

export function topicsWithPrefix(prefix: string): Topics {
  const prefixed = Object.entries(specifications).map(([key, topic]) => [
    key,
    { ...topic, name: prefix + topic.name },
  ]);
  return Object.fromEntries(prefixed) as Topics;
}

/** The topics with retention in step with the tables': as in the contract, and never longer than the table keeps. */
export function inStepWithTables(
  topics: Topics,
  days: Readonly<Record<TopicSpecification['table'], number>>,
): Topics {
  const entries = Object.entries(topics).map(([key, topic]) => {
    const mostRetentionMs = days[topic.table] * DAY_MS;
    return [key, { ...topic, mostRetentionMs, retentionMs: Math.min(topic.retentionMs, mostRetentionMs) }];
  });
  return Object.fromEntries(entries) as Topics;
}

/** The consumer groups of the bridge's two lanes. */
export const groupsWithPrefix = (prefix: string) => ({
  record: `${prefix}-record`,
  journey: `${prefix}-journey`,
});
