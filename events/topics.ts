/** The topics of the contract, with what they are created with. A prefix isolates one deployment from another. */

const DAY_MS = 24 * 60 * 60 * 1000;

export interface TopicSpecification {
  readonly name: string;
  readonly partitions: number;
  readonly retentionMs: number;
}

const specifications = {
  rawEvents: { name: 'raw-events', partitions: 3, retentionMs: 7 * DAY_MS },
  pageViews: { name: 'page-views', partitions: 3, retentionMs: 7 * DAY_MS },
  userActivity: { name: 'user-activity', partitions: 3, retentionMs: 30 * DAY_MS },
  alerts: { name: 'alerts', partitions: 1, retentionMs: 90 * DAY_MS },
  deadLetters: { name: 'raw-events.dlq', partitions: 1, retentionMs: 30 * DAY_MS },
} as const satisfies Record<string, TopicSpecification>;

export type Topics = Readonly<Record<keyof typeof specifications, TopicSpecification>>;

export function topicsWithPrefix(prefix: string): Topics {
  const prefixed = Object.entries(specifications).map(([key, topic]) => [
    key,
    { ...topic, name: prefix + topic.name },
  ]);
  return Object.fromEntries(prefixed) as Topics;
}

/** The consumer groups of the bridge's two lanes. */
export const groupsWithPrefix = (prefix: string) => ({
  record: `${prefix}-record`,
  journey: `${prefix}-journey`,
});
