import { identityOf, placeOf, type StoredDeadLetter } from '../../bridge/dead-letters/dead-letter.ts';
import { maskedBody } from '../../bridge/dead-letters/masked-body.ts';
import { readRawMessages, type Gone } from '../../bridge/dead-letters/raw-messages.ts';
import { readReplayed } from '../../bridge/dead-letters/replayed.ts';
import { writeAuditEntry } from '../../activities/write-audit-entry.ts';
import { createKeyedParser } from '../../bridge/parse/keyed-parser.ts';
import type { RangeMessage } from '../../connections/kafka.ts';
import type { Settings } from '../../settings/settings.ts';
import { SetupError } from '../../stack/setup-error.ts';
import { printable, readableTime } from '../journey/wording.ts';
import { print } from '../report/print.ts';
import { operatorName } from '../operator-name.ts';
import { withDeadLetters } from './open.ts';
import { goneText } from './wording.ts';

export interface ShowOptions {
  readonly place: string;
  /** With everything personal that stands in it. */
  readonly unmasked: boolean;
  readonly json: boolean;
}

/** What `--json` prints; with another `body`, a line of what `replay --repaired` reads. */
interface Shown {
  readonly place: string;
  readonly topic: string;
  readonly reason: string;
  readonly event_id: string | null;
  readonly bytes: number;
  readonly rejected_at: string;
  readonly replayed_at: string | null;
  /** What the present parser says: a reason, or null for a usable event; absent where the message is gone. */
  readonly present_reason?: string | null;
  /** Why there is no body. */
  readonly gone?: Gone;
  readonly body?: unknown;
}

/** `aisle dead-letters show`: one dead letter with its message, whose personal detail is hidden unless asked for. */
export async function runShow({ place, unmasked, json }: ShowOptions): Promise<void> {
  const shown = await withDeadLetters(async ({ settings, kafka, database, scan, rawTopic, signal }) => {
    let letter: StoredDeadLetter | undefined;
    // The latest of a place: a topic that was made again may have others there.
    await scan(
      async (letters) => void (letter = letters.findLast((one) => placeOf(one) === place) ?? letter),
    );
    if (letter === undefined) {
      throw new SetupError(
        `There is no dead letter ${place}: npx aisle dead-letters list shows those that there are.`,
      );
    }
    const replayedAt = (await readReplayed(database, [letter])).get(identityOf(letter)) ?? null;
    let message: RangeMessage | undefined;
    const gone = await readRawMessages(kafka, await rawTopic(), [letter], signal, async ([found]) => {
      message = found?.message;
    });
    if (unmasked && message) {
      const subject = `${letter.topic} ${place}`;
      await writeAuditEntry(database, {
        actor: operatorName(settings),
        action: 'dead-letters.shown',
        subject,
      });
    }
    return describe(letter, replayedAt, message ?? gone.get(letter) ?? 'expired', settings, unmasked);
  });
  await print(json ? `${JSON.stringify(shown)}\n` : textOf(shown, unmasked));
}

function describe(
  letter: StoredDeadLetter,
  replayedAt: string | null,
  message: RangeMessage | Gone,
  settings: Settings,
  unmasked: boolean,
): Shown {
  const { topic, reason, eventId, bytes, rejectedAt } = letter;
  const known = {
    ...{ place: placeOf(letter), topic, reason, event_id: eventId, bytes },
    ...{ rejected_at: new Date(rejectedAt).toISOString(), replayed_at: replayedAt },
  };
  if (typeof message === 'string') return { ...known, gone: message };
  // The key matters to pseudonyms, and not to whether an event can be used.
  const parse = createKeyedParser([{ version: 1, key: 'none' }], settings);
  const parsed = parse(message);
  const body = unmasked ? bodyOf(message.value) : maskedBody(message.value);
  return { ...known, present_reason: parsed.usable ? null : parsed.reason, body };
}

/** JSON where it is, else the text that it is. */
function bodyOf(value: Buffer | null): unknown {
  const text = value?.toString('utf8') ?? '';
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

function textOf(shown: Shown, unmasked: boolean): string {
  const { present_reason: present } = shown;
  const lines = [
    `Dead letter ${shown.place} of ${shown.topic}`,
    `Rejected  ${readableTime(shown.rejected_at)}: ${shown.reason}`,
    ...(present === undefined
      ? []
      : [`Now       ${present === null ? 'usable: it can be replayed' : `still unusable: ${present}`}`]),
    `Replayed  ${shown.replayed_at === null ? 'no' : readableTime(shown.replayed_at)}`,
    ...(shown.event_id === null ? [] : [`Event     ${printable(shown.event_id)}`]),
    `Body      ${shown.bytes} bytes`,
  ];
  return `${lines.join('\n')}\n${bodyText(shown, unmasked)}\n`;
}

function bodyText({ gone, body }: Shown, unmasked: boolean): string {
  if (gone) return goneText[gone];
  if (body === null && !unmasked)
    return 'It is no JSON object, so nobody can tell what is personal in it: --unmasked shows it.';
  return JSON.stringify(body, null, 2);
}
