import { BoundedMemory } from '../../activities/bounded-memory.ts';
import type { DeliverLetter } from '../../activities/deliver-letter.ts';
import type { RunSize } from './read-run.ts';

/**
 * A run continues as new at 4,096 events or 2 MB, once it has taken what waits, and would be ended for good at 51,200 or
 * 50 MB. Letters that come faster than it takes them, or while its worker is away, pile up in the history; beyond 4 MB a
 * client with the usual limits of gRPC cannot read it any more.
 */
const mostEvents = 8_000;
const mostBytes = 2_500_000;
const lettersBetweenLooks = 32;
/** Of letters sent; two that are as large as letters get. */
const bytesBetweenLooks = 500_000;
const mostRemembered = 50_000;

/** Back-pressure of one user's run: it has to take in what it holds before it gets more. */
export class RunIsFull extends Error {
  override readonly name = 'RunIsFull';
}

/**
 * Looks at the size of a user's run before every 32nd letter, or after so many bytes of letters, and sends none while the run
 * holds too much: a user who is hot for hours while no worker runs never makes the server end the run, and what it knows
 * with it.
 * `readRun` gives `null` when none is running. Rejects with `RunIsFull`; the same letter is to be sent again later.
 */
export function withRoomInRun(
  deliver: DeliverLetter,
  readRun: (journeyId: string) => Promise<RunSize | null>,
): DeliverLetter {
  // Who is forgotten has had no letter for a long time, and is not hot.
  const sentSinceLook = new BoundedMemory<{ readonly letters: number; readonly bytes: number }>(
    mostRemembered,
  );

  return async (journeyId, letter) => {
    const sent = sentSinceLook.get(journeyId) ?? { letters: 0, bytes: 0 };
    const isLook = sent.letters >= lettersBetweenLooks || sent.bytes >= bytesBetweenLooks;
    const run = isLook ? await readRun(journeyId) : null;
    if (run && (run.events > mostEvents || run.bytes > mostBytes)) {
      throw new RunIsFull(`the run holds ${run.events} events, ${run.bytes} bytes`);
    }
    await deliver(journeyId, letter);
    const before = isLook ? { letters: 0, bytes: 0 } : sent;
    const bytes = 'json' in letter ? letter.json.length : 0;
    sentSinceLook.set(journeyId, { letters: before.letters + 1, bytes: before.bytes + bytes });
  };
}
