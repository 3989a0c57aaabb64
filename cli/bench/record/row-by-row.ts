import type { RawMessage } from '../../../bridge/parse/parse-event.ts';
import { createParser } from '../../../bridge/parse/parse-event.ts';
import { createPseudonyms } from '../../../bridge/parse/pseudonyms.ts';
import type { Database } from '../../../connections/postgres.ts';
import type { ShopEvent } from '../../../events/shop-event.ts';
import type { FreshSystem } from '../fresh-system.ts';
import type { Bench } from '../scenario.ts';

const pseudonymKey = 'the-key-of-a-bench-that-is-over-in-a-minute';

/**
 * What most people would write: a consumer that reads a message, parses it and inserts its row with a prepared statement, in a
 * commit of its own. It is spared page views, identities and commits of offsets. Reads the beginning of the same topic
 * into the same table, emptied before. Gives rows a second.
 */
export async function insertRowByRow(
  { signal, tell }: Bench,
  { kafka, stores, settings }: FreshSystem,
  owner: Database,
  events: number,
): Promise<number> {
  await owner.query('TRUNCATE events');
  const parse = createParser(createPseudonyms({ version: 1, key: pseudonymKey }), {
    maxEventBytes: settings.MAX_EVENT_BYTES,
    clockSkewLimitMs: settings.CLOCK_SKEW_LIMIT,
  });
  const consumer = await kafka.consumer({
    topic: stores.topics.rawEvents.name,
    groupId: 'bench-row-by-row',
    from: 'earliest',
    partitionsAtOnce: 1,
  });
  tell(`Inserting ${events} rows one by one.`);
  let written = 0;
  let startedAt = 0;
  return new Promise<number>((resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
    const write = async (message: RawMessage): Promise<void> => {
      startedAt ||= performance.now();
      const parsed = parse(message);
      if (parsed.usable) await insertRow(owner, parsed.event);
      written += 1;
      if (written === events) resolve((events * 1_000) / (performance.now() - startedAt));
    };
    consumer
      .run(async ({ messages, heartbeat }) => {
        for (const message of messages) {
          if (written < events) await write(message);
        }
        await heartbeat();
      })
      .catch(reject);
  }).finally(() => consumer.stop());
}

async function insertRow(database: Database, event: ShopEvent): Promise<void> {
  const { device } = event;
  await database.query({
    name: 'insert-row',
    text: `INSERT INTO events (
        event_id, "timestamp", time_clamped, journey_id, user_id, session_id, action, page, referrer, device_type, browser,
        os, load_time, items, value, currency, order_id, properties, bot)
      VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)
      ON CONFLICT DO NOTHING`,
    values: [
      event.eventId,
      new Date(event.time),
      event.timeClamped,
      event.journeyId,
      event.userId,
      event.sessionId,
      event.action,
      event.page,
      event.referrer,
      device.type,
      device.browser,
      device.os,
      event.loadTimeSeconds,
      JSON.stringify(event.items),
      event.value,
      event.currency,
      event.orderId,
      JSON.stringify(event.properties),
      event.bot,
    ],
  });
}
