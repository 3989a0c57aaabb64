import type { Identity, Recalled, RecallQuestion } from '../../activities/activities.ts';
import type { HandOver, JoinedVisitor } from '../../events/journey-record.ts';
import type { Letter, LetterLine } from '../../events/letter.ts';
import { offsetsTaken, takeNewLines } from './duplicates.ts';
import { readLine, type JourneyEvent } from './journey-event.ts';
import { newJourney, type JourneyState } from './state.ts';

/** What an answer of the record, or a letter, comes to. */
export interface Taken {
  readonly events: readonly JourneyEvent[];
  /** A visitor whose events have come over to this user. */
  readonly joined: JoinedVisitor | null;
  /** Of a visitor's journey: a user's journey has something to read. */
  readonly handOver: HandOver | null;
}

/**
 * Letters on their way into a journey. One that shows a visitor to be this user waits until the record has told what the
 * visitor did: the user's next steps build on it. Events without a user always count for one journey only: the record
 * says for which, and offsets say which of them a journey has.
 */
export class Inbox {
  private readonly state: JourneyState;
  private readonly letters: Letter[] = [];
  /** Sessions of the first letter that the record has answered for, and whether it says the same of them. */
  private readonly answered = new Map<string, boolean>();

  constructor(state: JourneyState) {
    this.state = state;
  }

  add(letter: Letter): void {
    this.letters.push(letter);
  }

  get isEmpty(): boolean {
    return this.letters.length === 0;
  }

  /** What must be asked before the first letter can be taken. */
  recallInQuestion(): RecallQuestion | null {
    const [letter] = this.letters;
    if (!letter) return null;
    const { journeyId, lastAppendedAt, handedOver } = this.state;
    const asksAboutItself = letter.asks ?? handedOver !== null;
    if (asksAboutItself && !this.answered.has(journeyId))
      return this.question(journeyId, null, Math.max(letter.appendedUpTo, lastAppendedAt));
    const joins = Object.entries(letter.joins ?? {});
    const open = joins.find(([visitorId]) => !this.answered.has(visitorId));
    return open ? this.question(open[0], journeyId, open[1]) : null;
  }

  /** Takes what the record answered. */
  recalled({ journeyId: visitorId, userId }: RecallQuestion, answer: Recalled): Taken {
    if (userId === null) return this.recalledOwn(visitorId, answer);
    this.noteAppended(answer.recordedUpTo);
    const { identity } = answer;
    // Two users at one time from one device: bridge and record may differ on who came first. The record decides.
    if (!answer.hasMore) this.answered.set(visitorId, identity === null || identity.userId === userId);
    const events = this.take(answer.lines, visitorId);
    const isJoined = identity?.userId === userId && answer.lines.length > 0;
    const joined = isJoined ? { visitorId, until: identity.until } : null;
    return { events, joined, handOver: null };
  }

  /** Takes the first letter, once nothing has to be asked for it any more. */
  takeLetter(): Taken {
    const letter = this.letters[0];
    if (!letter) return nothingTaken;
    const visitors = Object.entries(letter.visitors ?? {}).flatMap(([visitorId, lines]) =>
      this.answered.get(visitorId) === false ? [] : this.take(lines, visitorId),
    );
    const { handedOver } = this.state;
    const own = letter.lines.filter((line) => isOwn(line, handedOver));
    const events = [...visitors, ...this.take(own, null)];
    if (letter.lines.length + visitors.length > 0) {
      this.state.counts.letters += 1;
      this.noteAppended(letter.appendedUpTo);
    }
    const eventsUpTo = latestTime(letter);
    this.state.lettersUpTo = Math.max(this.state.lettersUpTo, eventsUpTo);
    this.letters.shift();
    this.answered.clear();
    const isForUser = handedOver !== null && own.length < letter.lines.length;
    const { appendedUpTo } = letter;
    return { events, joined: null, handOver: isForUser ? { ...handedOver, appendedUpTo, eventsUpTo } : null };
  }

  /**
   * A visitor who turned out to be a user starts over with what the record says is still its own: the rest is the
   * user's, who is told to read it.
   */
  private recalledOwn(journeyId: string, { identity, lines, recordedUpTo, hasMore }: Recalled): Taken {
    const { handedOver, lastAppendedAt, lastEventAt } = this.state;
    if (identity && (handedOver === null || handedOver.until !== identity.until)) {
      const isNews = handedOver === null;
      const [letter] = this.letters;
      const appendedUpTo = Math.max(lastAppendedAt, letter?.appendedUpTo ?? 0);
      const eventsUpTo = Math.max(lastEventAt, letter ? latestTime(letter) : 0);
      Object.assign(this.state, newJourney(journeyId), { handedOver: identity, lastAppendedAt });
      // Asked again with no marks: the answer was about what lies behind the old ones.
      return {
        events: [],
        joined: null,
        handOver: isNews ? { ...identity, appendedUpTo, eventsUpTo } : null,
      };
    }
    if (!hasMore) this.answered.set(journeyId, true);
    this.noteAppended(recordedUpTo);
    return { events: this.take(lines, null), joined: null, handOver: null };
  }

  private noteAppended(at: number): void {
    this.state.lastAppendedAt = Math.max(this.state.lastAppendedAt, at);
  }

  private question(journeyId: string, userId: string | null, completeUntil: number): RecallQuestion {
    const marks = offsetsTaken(this.state, userId === null ? null : journeyId);
    return { journeyId, userId, marks, completeUntil };
  }

  private take(lines: readonly LetterLine[], visitorId: string | null): JourneyEvent[] {
    const incarnations = this.letters[0]?.incarnations ?? {};
    const fresh = takeNewLines(this.state, lines, { incarnations, visitorId });
    return fresh.map((line) => readLine(line, visitorId !== null));
  }
}

const nothingTaken: Taken = { events: [], joined: null, handOver: null };

const latestTime = ({ lines, visitors, eventsUpTo = 0 }: Letter): number =>
  [lines, ...Object.values(visitors ?? {})]
    .flat()
    .reduce((latest, [, , time]) => Math.max(latest, time), eventsUpTo);

/** From a shared device, what comes after the second user was seen is nobody's and stays with the visitor. */
const isOwn = ([, , time]: LetterLine, handedOver: Identity | null): boolean =>
  handedOver === null || (handedOver.until !== null && time >= handedOver.until);
