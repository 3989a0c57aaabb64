import { randomUUID } from 'node:crypto';

import type { KafkaConnection, MessageProducer, OutgoingMessage } from '../../connections/kafka.ts';
import type { DatabaseSession } from '../../connections/postgres.ts';
import type { Parsed, RawMessage } from '../parse/parse-event.ts';
import { identityOf, placeOf, type StoredDeadLetter } from './dead-letter.ts';
import { readRawMessages, type Gone, type RawTopic } from './raw-messages.ts';
import { beginReplay, callOffReplay, finishReplay, readPending, readReplayed } from './replayed.ts';

export interface ReplayParts {
  readonly kafka: KafkaConnection;
  readonly producer: MessageProducer;
  /** Whose lock keeps every other replay away. */
  readonly session: DatabaseSession;
  readonly parse: (message: RawMessage) => Parsed;
  readonly rawTopic: RawTopic;
  /** Only says what would become of each. */
  readonly dryRun: boolean;
  readonly signal: AbortSignal;
}

export type ReplayOutcome = 'replayed' | 'already replayed' | 'still unusable' | Gone;

export interface ReplayResult {
  readonly letter: StoredDeadLetter;
  readonly outcome: ReplayOutcome;
  /** What the parser says now of one that is still unusable. */
  readonly reason?: string;
}

interface Ready {
  readonly letter: StoredDeadLetter;
  readonly message: OutgoingMessage;
  readonly repaired: boolean;
}

/** By it a message is known again after a crash between sending it and noting that it was sent. */
export const replayHeader = 'aisle-dead-letter';

const mostSentAtOnce = 100;
const mostLookedUpAtOnce = 1_000;

/**
 * Brings dead letters back: each message that the present parser takes is sent to `raw-events` again, where both lanes
 * read it, once for each letter. One that is still unusable stays as it is, with the reason of now. `repaired` has bodies
 * that somebody has repaired, by place.
 */
export async function replayDeadLetters(
  parts: ReplayParts,
  letters: readonly StoredDeadLetter[],
  repaired: ReadonlyMap<string, Buffer>,
  tell: (results: readonly ReplayResult[]) => void,
): Promise<void> {
  const { kafka, session, rawTopic, signal } = parts;
  await settlePending(parts);
  const open: StoredDeadLetter[] = [];
  for (let first = 0; first < letters.length; first += mostLookedUpAtOnce) {
    const some = letters.slice(first, first + mostLookedUpAtOnce);
    const replayed = await readReplayed(session, some);
    const isReplayed = (letter: StoredDeadLetter) => replayed.has(identityOf(letter));
    tell(some.filter(isReplayed).map((letter) => ({ letter, outcome: 'already replayed' })));
    open.push(...some.filter((letter) => !isReplayed(letter)));
  }

  const withBody = open.flatMap((letter) => {
    const value = repaired.get(placeOf(letter));
    return value ? [{ letter, value, key: null, repaired: true }] : [];
  });
  await sendUsable(parts, withBody, tell);

  const fromTopic = open.filter((letter) => !repaired.has(placeOf(letter)));
  const gone = await readRawMessages(kafka, rawTopic, fromTopic, signal, (found) =>
    sendUsable(
      parts,
      found.map(({ letter, message: { value, key } }) => ({ letter, value, key, repaired: false })),
      tell,
    ),
  );
  tell([...gone].map(([letter, outcome]) => ({ letter, outcome })));
}

interface Candidate {
  readonly letter: StoredDeadLetter;
  readonly value: Buffer | null;
  readonly key: string | null;
  readonly repaired: boolean;
}

async function sendUsable(
  { parse, session, producer, rawTopic, dryRun, signal }: ReplayParts,
  candidates: readonly Candidate[],
  tell: (results: readonly ReplayResult[]) => void,
): Promise<void> {
  const ready: Ready[] = [];
  for (const { letter, value, key, repaired } of candidates) {
    const parsed = parse({ value, appendedAt: Date.now() });
    if (!parsed.usable) tell([{ letter, outcome: 'still unusable', reason: parsed.reason }]);
    else {
      const text = value?.toString('utf8') ?? '';
      const headers = { [replayHeader]: identityOf(letter) };
      ready.push({ letter, message: { key: key ?? keyOf(text), value: text, headers }, repaired });
    }
  }
  for (let first = 0; first < ready.length && !signal.aborted; first += mostSentAtOnce) {
    const some = ready.slice(first, first + mostSentAtOnce);
    if (!dryRun) {
      const sentBehind = Object.fromEntries(rawTopic.ends.map(({ partition, end }) => [partition, end]));
      await beginReplay(
        session,
        some.map(({ letter, repaired }) => ({ ...letter, repaired })),
        sentBehind,
      );
      await producer.send(
        rawTopic.name,
        some.map(({ message }) => message),
      );
      await finishReplay(
        session,
        some.map(({ letter }) => letter),
      );
    }
    tell(some.map(({ letter }) => ({ letter, outcome: 'replayed' })));
  }
}

/** As producers choose it: the user, else the session. */
function keyOf(text: string): string | null {
  const { user_id: user, session_id: visit } = JSON.parse(text) as { user_id?: string; session_id?: string };
  return user ?? visit ?? null;
}

/** A replay that was broken off may have sent its messages or not: they are looked for behind where it began. */
async function settlePending({ kafka, session, rawTopic, dryRun, signal }: ReplayParts): Promise<void> {
  const pending = dryRun ? [] : await readPending(session);
  if (pending.length === 0) return;
  const ranges = rawTopic.ends.map(({ partition, start, end: until }) => {
    const begins = pending.map(({ sentBehind }) => sentBehind[partition] ?? start);
    return { partition, from: Math.max(start, Math.min(...begins)), until };
  });
  const sent = new Set<string>();
  const names = new Set(pending.map(identityOf));
  const groupId = `${rawTopic.groupPrefix}-dead-letters-${randomUUID()}`;
  await kafka.readRanges({ topic: rawTopic.name, groupId, ranges, signal }, async ({ messages }) => {
    for (const { headers } of messages) {
      const name = headers[replayHeader];
      if (name !== undefined && names.has(name)) sent.add(name);
    }
  });
  signal.throwIfAborted();
  const wasSent = (letter: (typeof pending)[number]) => sent.has(identityOf(letter));
  await finishReplay(session, pending.filter(wasSent));
  await callOffReplay(
    session,
    pending.filter((letter) => !wasSent(letter)),
  );
}
