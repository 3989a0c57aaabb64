import type { Database, DatabaseSession } from '../../connections/postgres.ts';
import type { StoredDeadLetter } from './dead-letter.ts';
import { identityOf } from './dead-letter.ts';

type Key = Pick<StoredDeadLetter, 'topic' | 'partition' | 'offset' | 'appendedAt'>;

/** A replay that was broken off between the two steps. */
export interface PendingReplay extends Key {
  /** Where each partition ended before the message was sent, if it was. */
  readonly sentBehind: Readonly<Record<number, number>>;
}

/** When those of the letters were brought back that have been, ISO 8601 in UTC, by `identityOf`. */
export async function readReplayed(
  database: Database | DatabaseSession,
  letters: readonly Key[],
): Promise<ReadonlyMap<string, string>> {
  const { rows } = await database.query<KeyRow & { replayed_at: Date }>(
    `SELECT d.topic, d.partition, d."offset", d.appended_at, d.replayed_at
     FROM replayed_dead_letters d JOIN ${keysFrom('$1')} USING (topic, partition, "offset", appended_at)
     WHERE d.replayed_at IS NOT NULL`,
    [toKeys(letters)],
  );
  return new Map(rows.map((row) => [identityOf(toKey(row)), row.replayed_at.toISOString()]));
}

export async function readPending(session: DatabaseSession): Promise<PendingReplay[]> {
  const { rows } = await session.query<KeyRow & { sent_behind: Record<number, number> }>(
    'SELECT topic, partition, "offset", appended_at, sent_behind FROM replayed_dead_letters WHERE replayed_at IS NULL',
  );
  return rows.map((row) => ({ ...toKey(row), sentBehind: row.sent_behind }));
}

/** Notes that these are about to be sent. */
export async function beginReplay(
  session: DatabaseSession,
  letters: readonly (Key & { repaired: boolean })[],
  sentBehind: Readonly<Record<number, number>>,
): Promise<void> {
  await session.query(
    `INSERT INTO replayed_dead_letters (topic, partition, "offset", appended_at, sent_behind, repaired)
     SELECT topic, partition, "offset", appended_at, $2::jsonb, repaired FROM ${keysFrom('$1')}`,
    [
      JSON.stringify(letters.map((letter) => ({ ...keyRow(letter), repaired: letter.repaired }))),
      JSON.stringify(sentBehind),
    ],
  );
}

/** Notes that these have arrived. */
export async function finishReplay(session: DatabaseSession, letters: readonly Key[]): Promise<void> {
  await session.query(
    `UPDATE replayed_dead_letters d SET replayed_at = now() FROM ${keysFrom('$1')}
     WHERE ${sameKey}`,
    [toKeys(letters)],
  );
}

/** Forgets that these were begun: they were never sent. */
export async function callOffReplay(session: DatabaseSession, letters: readonly Key[]): Promise<void> {
  await session.query(`DELETE FROM replayed_dead_letters d USING ${keysFrom('$1')} WHERE ${sameKey}`, [
    toKeys(letters),
  ]);
}

interface KeyRow {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly appended_at: Date;
}

const keysFrom = (parameter: string): string =>
  `json_to_recordset(${parameter}::json)
     AS k(topic text, partition integer, "offset" bigint, appended_at timestamptz, repaired boolean)`;

const sameKey =
  '(d.topic, d.partition, d."offset", d.appended_at) = (k.topic, k.partition, k."offset", k.appended_at)';

const keyRow = ({ topic, partition, offset, appendedAt }: Key) => ({
  ...{ topic, partition, offset },
  appended_at: new Date(appendedAt).toISOString(),
});

const toKeys = (letters: readonly Key[]): string => JSON.stringify(letters.map(keyRow));

const toKey = ({ topic, partition, offset, appended_at: at }: KeyRow): Key => ({
  ...{ topic, partition, offset },
  appendedAt: at.getTime(),
});
