import kafkajs, { type Admin } from 'kafkajs';

import type { TopicSpecification } from '../events/topics.ts';

// Node does not see these two among the named exports of a CommonJS module.
const { ConfigResourceTypes, ConfigSource } = kafkajs;

const retention = 'retention.ms';

export interface TopicRetention {
  readonly topic: string;
  /** Of the messages of one key the latest is kept, and one without a value removes the key. */
  readonly isCompacted: boolean;
  /** Milliseconds for which a message is kept, at least; null where the broker deletes none by age. */
  readonly retentionMs: number | null;
}

export type TopicReader = (topics: readonly string[]) => Promise<TopicRetention[]>;

/** Asks the broker how it keeps these topics. */
export async function readTopicRetention(admin: Admin, topics: readonly string[]): Promise<TopicRetention[]> {
  const { resources } = await describe(admin, topics, ['cleanup.policy', retention]);
  return resources.map(({ resourceName, configEntries }) => {
    const valueOf = (name: string) =>
      configEntries.find(({ configName }) => configName === name)?.configValue ?? '';
    const policies = valueOf('cleanup.policy').split(',');
    const retentionMs = Number(valueOf(retention) || -1);
    return {
      topic: resourceName,
      isCompacted: policies.includes('compact'),
      retentionMs: policies.includes('delete') && retentionMs >= 0 ? retentionMs : null,
    };
  });
}

/**
 * Shortens the retention of topics that keep longer than their tables do; a shorter one, or one that an operator has chosen
 * within that bound, stays. Gives the names of those that were changed.
 */
export async function shortenRetention(
  admin: Admin,
  topics: readonly TopicSpecification[],
): Promise<string[]> {
  if (topics.length === 0) return [];
  const { resources } = await describe(
    admin,
    topics.map(({ name }) => name),
  );
  const changes = resources.flatMap(({ resourceName, configEntries }) => {
    const most = topics.find(({ name }) => name === resourceName)?.mostRetentionMs;
    const present = Number(configEntries.find(({ configName }) => configName === retention)?.configValue);
    const keepsForEver = present === -1;
    if (most === undefined || (present <= most && !keepsForEver)) return [];
    // The request replaces all of a topic's settings: the others are sent along.
    const others = configEntries.filter(({ configSource }) => configSource === ConfigSource.TOPIC_CONFIG);
    return [
      {
        type: ConfigResourceTypes.TOPIC,
        name: resourceName,
        configEntries: [
          ...others
            .filter(({ configName }) => configName !== retention)
            .map(({ configName, configValue }) => ({ name: configName, value: configValue })),
          { name: retention, value: String(most) },
        ],
      },
    ];
  });
  if (changes.length > 0) await admin.alterConfigs({ validateOnly: false, resources: changes });
  return changes.map(({ name }) => name);
}

/** The settings of these topics by these names; without names all of them. */
const describe = (admin: Admin, topics: readonly string[], configNames?: string[]) =>
  admin.describeConfigs({
    includeSynonyms: false,
    resources: topics.map((name) => ({
      type: ConfigResourceTypes.TOPIC,
      name,
      ...(configNames ? { configNames } : {}),
    })),
  });
