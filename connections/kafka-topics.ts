// Node finds only some of this library's names as named exports.
import kafkajs, { type Admin } from 'kafkajs';

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
  const configNames = ['cleanup.policy', 'retention.ms'];
  const { resources } = await admin.describeConfigs({
    includeSynonyms: false,
    resources: topics.map((name) => ({ type: kafkajs.ConfigResourceTypes.TOPIC, name, configNames })),
  });
  return resources.map(({ resourceName, configEntries }) => {
    const valueOf = (name: string) =>
      configEntries.find(({ configName }) => configName === name)?.configValue ?? '';
    const policies = valueOf('cleanup.policy').split(',');
    const retentionMs = Number(valueOf('retention.ms') || -1);
    return {
      topic: resourceName,
      isCompacted: policies.includes('compact'),
      retentionMs: policies.includes('delete') && retentionMs >= 0 ? retentionMs : null,
    };
  });
}
