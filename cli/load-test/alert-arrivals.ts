import { randomUUID } from 'node:crypto';

import type { KafkaConnection } from '../../connections/kafka.ts';
import type { Alert } from '../../events/alert.ts';

export interface AlertArrival {
  /** Milliseconds since 1970. */
  readonly deadline: number;
  readonly latencyMs: number;
}

export interface AlertArrivals {
  /** Each abandonment that arrived, in the order of arrival. */
  readonly arrivals: readonly AlertArrival[];
  /** Milliseconds from the deadline that an alert reports to its arrival at this consumer. */
  readonly latenciesMs: readonly number[];
  stop(): Promise<void>;
}

/** Reads the alerts topic as any service would, from now on, and notes when each abandonment arrives. */
export async function watchAlerts(kafka: KafkaConnection, topic: string): Promise<AlertArrivals> {
  const arrivals: AlertArrival[] = [];
  const latenciesMs: number[] = [];
  let noteJoined: () => void = () => undefined;
  const joined = new Promise<void>((resolve) => {
    noteJoined = resolve;
  });
  const consumer = await kafka.consumer({
    topic,
    groupId: `aisle-load-test-${randomUUID()}`,
    from: 'latest',
    partitionsAtOnce: 1,
    onAssigned: async () => noteJoined(),
  });
  const reading = consumer.run(async ({ messages }) => {
    const now = Date.now();
    for (const { value } of messages) {
      const alert = JSON.parse(value?.toString('utf8') ?? 'null') as Alert | null;
      if (!alert?.alert_type.endsWith('_abandoned')) continue;
      const deadline = Date.parse(alert.timestamp);
      arrivals.push({ deadline, latencyMs: now - deadline });
      latenciesMs.push(now - deadline);
    }
  });
  await Promise.race([joined, reading]);
  return { arrivals, latenciesMs, stop: () => consumer.stop() };
}
