import type { Letter, LetterLine } from '../../events/letter.ts';
import type { JourneyState } from './state.ts';

const idsRemembered = 64;

/**
 * Which lines of a letter are new, in the order of their event times; moves the marks.
 * A line at or below its partition's mark was taken before: the bridge sends again what it could not commit.
 */
export function takeNewLines(state: JourneyState, letter: Letter): LetterLine[] {
  const fresh = letter.lines.filter((line) => isNew(state, letter, line));
  state.counts.letters += 1;
  state.counts.duplicates += letter.lines.length - fresh.length;
  state.counts.events += fresh.length;
  state.lastAppendedAt = Math.max(state.lastAppendedAt, letter.appendedUpTo);
  return fresh.sort(byTimeThenId);
}

function isNew(state: JourneyState, letter: Letter, [partition, offset, , eventId]: LetterLine): boolean {
  const incarnation = letter.incarnations[partition] ?? '';
  const mark = state.marks[partition];
  if (mark?.incarnation === incarnation && offset <= mark.offset) return false;
  state.marks[partition] = { incarnation, offset };
  if (state.recentEventIds.includes(eventId)) return false;
  state.recentEventIds.push(eventId);
  if (state.recentEventIds.length > idsRemembered) state.recentEventIds.shift();
  return true;
}

function byTimeThenId(left: LetterLine, right: LetterLine): number {
  if (left[2] !== right[2]) return left[2] - right[2];
  return left[3] < right[3] ? -1 : 1;
}
