import type { LetterLine } from '../../events/letter.ts';
import type { JourneyState, Mark } from './state.ts';

const idsRemembered = 64;
/** Sessions that a user begins as a visitor come one after the other; marks of older ones are not needed any more. */
const visitorMarksKept = 64;

export interface Source {
  readonly incarnations: Readonly<Record<number, string>>;
  /** Set for the events of a visitor who is this user: they are counted by marks of their own. */
  readonly visitorId: string | null;
}

/**
 * Which lines are new, in the order of their event times; moves the marks. A line at or below its partition's mark was
 * taken before: the bridge sends again what it could not commit.
 */
export function takeNewLines(
  state: JourneyState,
  lines: readonly LetterLine[],
  source: Source,
): LetterLine[] {
  const fresh = lines.filter((line) => isNew(state, line, source));
  state.counts.duplicates += lines.length - fresh.length;
  state.counts.events += fresh.length;
  return fresh.sort(byTimeThenId);
}

/** The highest offset taken of a journey's own events, or of a visitor's, by partition. */
export function offsetsTaken(state: JourneyState, visitorId: string | null): Record<number, number> {
  const prefix = visitorId === null ? '' : `${visitorId}/`;
  return Object.fromEntries(
    Object.entries(state.marks)
      .filter(([key]) => key.startsWith(prefix) && /^\d+$/.test(key.slice(prefix.length)))
      .map(([key, mark]) => [key.slice(prefix.length), mark.offset]),
  );
}

function isNew(state: JourneyState, line: LetterLine, { incarnations, visitorId }: Source): boolean {
  const [partition, offset, , eventId] = line;
  const key = visitorId === null ? String(partition) : `${visitorId}/${partition}`;
  const mark = state.marks[key];
  const incarnation = incarnations[partition] ?? mark?.incarnation ?? '';
  if (mark && offset <= mark.offset && isSameTopic(mark, incarnation)) return false;
  state.marks[key] = { incarnation, offset };
  if (visitorId !== null && !mark) forgetOldVisitors(state);
  if (state.recentEventIds.includes(eventId)) return false;
  state.recentEventIds.push(eventId);
  if (state.recentEventIds.length > idsRemembered) state.recentEventIds.shift();
  return true;
}

/** What was read from the record may have come without the name of the topic's incarnation. */
const isSameTopic = (mark: Mark, incarnation: string): boolean =>
  mark.incarnation === '' || mark.incarnation === incarnation;

function forgetOldVisitors(state: JourneyState): void {
  const keys = Object.keys(state.marks).filter((key) => key.includes('/'));
  const forgotten = new Set(keys.slice(0, -visitorMarksKept));
  if (forgotten.size === 0) return;
  state.marks = Object.fromEntries(Object.entries(state.marks).filter(([key]) => !forgotten.has(key)));
}

function byTimeThenId(left: LetterLine, right: LetterLine): number {
  if (left[2] !== right[2]) return left[2] - right[2];
  return left[3] < right[3] ? -1 : 1;
}
