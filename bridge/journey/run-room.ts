import { BoundedMemory } from '../../activities/bounded-memory.ts';
import type { DeliverLetter } from '../../activities/deliver-letter.ts';
import type { RunSize } from './read-run.ts';

/**
 * A run continues as new at 4,096 events or 2 MB, and would be ended for good at 51,200 or 50 MB. It gets to neither
 * while its worker is there; while it is not, or a store holds the run up, letters pile up in the history.
 */
const mostEvents = 8_000;
const mostBytes = 12_000_000;
/** Letters have at most 256 KiB: three bridges that send to one user add at most 25 MB before each looks again. */
const lettersBetweenLooks = 32;
const mostRemembered = 50_000;

/** Back-pressure of one user's run: it has to take in what it holds before it gets more. */
export class RunIsFull extends Error {
  override readonly name = 'RunIsFull';
}

/**
 * Looks at the size of a user's run before every 32nd letter, and sends none while the run holds too much: a user who
 * is hot for hours while no worker runs never makes the server end the run, and what it knows with it.
 * `readRun` gives `null` when none is running. Rejects with `RunIsFull`; the same letter is to be sent again later.
 */
export function withRoomInRun(
  deliver: DeliverLetter,
  readRun: (journeyId: string) => Promise<RunSize | null>,
): DeliverLetter {
  // Who is forgotten has had no letter for a long time, and is not hot.
  const lettersSent = new BoundedMemory<number>(mostRemembered);

  return async (journeyId, letter) => {
    const sent = lettersSent.get(journeyId) ?? 0;
    const isLook = sent >= lettersBetweenLooks;
    const run = isLook ? await readRun(journeyId) : null;
    if (run && (run.events > mostEvents || run.bytes > mostBytes)) {
      throw new RunIsFull(`the run holds ${run.events} events, ${run.bytes} bytes`);
    }
    await deliver(journeyId, letter);
    lettersSent.set(journeyId, isLook ? 1 : sent + 1);
  };
}
