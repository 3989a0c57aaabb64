import type { UsualLoadTime } from '../../events/checkout-trouble.ts';
import type { AbandonmentRow, JourneyAlert, JourneyRecord } from '../../events/journey-record.ts';
import type { JourneyRules, Letter, LetterLine } from '../../events/letter.ts';
import type { QuietUntil } from '../../activities/quiet-until.ts';
import { Journey } from '../../workflows/journey/journey.ts';
import { newJourney } from '../../workflows/journey/state.ts';
import { upgradeState } from '../../workflows/journey/upgrade-state.ts';
import { minute } from './letters.ts';
import type { ToldEvent } from './reference-journey.ts';

/** What happens to one event on its way; the plan of a run is a list of these, used in turn. */
export interface Fate {
  readonly partition: 0 | 1 | 2;
  readonly endsLetter: boolean;
  /** How long after its last event the letter comes; at most a few minutes, as the bridge sends it. */
  readonly delayMs: number;
  /** The producer sends the event again: the same id at a new offset. */
  readonly isRetried: boolean;
  /** After this letter the bridge delivers again an earlier one, counted back from it. */
  readonly redelivers: number | null;
  /** After this letter the workflow continues as new. */
  readonly continuesAsNew: boolean;
  readonly shuffle: 'log' | 'partitions' | 'partitions reversed';
}

const longestLetterMs = 5 * minute;
/** More than any history has events: the record cannot tell of more. */
const mostRounds = 500;

/** Plays a user's events to a journey as the bridge and the workflow do, and keeps all that it writes. */
export class JourneyPlayer {
  journey: Journey;
  readonly written: JourneyRecord[] = [];
  readonly stateSizes: number[] = [];
  /** What the record says is usual for any page. */
  usual: UsualLoadTime | null = null;
  private readonly rules: JourneyRules;
  /** What the record tells when it is asked; empty for one that knows only that there are events. */
  private recorded: readonly LetterLine[] = [];
  private now = 0;
  private readonly events: readonly ToldEvent[];
  private readonly quietUntil: QuietUntil;

  constructor(events: readonly ToldEvent[], rules: JourneyRules, quietUntil: QuietUntil = () => null) {
    this.events = events;
    this.quietUntil = quietUntil;
    this.rules = rules;
    this.journey = new Journey(newJourney('u1_player'), rules);
  }

  /** `recalls`: whether the record tells the events that it knows of, or only that there are some. */
  play(fates: readonly Fate[], until: number, recalls = true): void {
    const sent: Letter[] = [];
    const letters = lettersOf(this.events, fates);
    if (recalls) this.recorded = recordedOnce(letters.flatMap(({ letter }) => letter.lines));
    for (const { letter, at, fate } of letters) {
      sent.push(letter);
      this.clockTo(at);
      this.deliver(letter, at);
      const again = fate.redelivers === null ? undefined : sent.at(-1 - fate.redelivers);
      if (again) this.deliver(again, at);
      if (fate.continuesAsNew) this.continueAsNew();
    }
    this.clockTo(until);
  }

  deliver(letter: Letter, now: number): void {
    this.journey.receive(letter);
    this.settle(now);
    this.stateSizes.push(JSON.stringify(this.journey.state).length);
  }

  /** Is there anything to decide but the end of the journey? */
  private isWaiting(): boolean {
    return this.journey.state.cart !== null || this.journey.state.heldAlert !== null;
  }

  /** Lets every alarm ring that is due by `now`. */
  clockTo(now: number): void {
    for (let wake = this.journey.nextWake(); wake <= now; wake = this.journey.nextWake()) {
      if (!this.isWaiting()) return;
      this.settle(wake);
      if (this.isWaiting() && this.journey.nextWake() <= wake) throw new Error('an alarm rang for nothing');
    }
  }

  /** The record answers with the truth: what the user did by the time that was asked about. */
  settle(now: number): void {
    this.now = now;
    for (let rounds = 0; ; rounds += 1) {
      if (rounds > mostRounds) throw new Error('a journey cannot settle');
      this.readLetters();
      this.journey.advance();
      this.journey.noticeTrouble(now);
      const record = this.journey.takeRecord();
      if (record) this.written.push(record);
      if (this.journey.slowViewInQuestion(now)) {
        this.journey.judgeSlowView(this.usual);
        continue;
      }
      const question = this.journey.silenceInQuestion(now);
      if (!question) break;
      const { after, until } = question;
      const last = this.events.findLast(({ at }) => at > after && at <= until);
      const quietUntil = this.quietUntil(until);
      const answer = last
        ? { silent: false as const, lastEventAt: last.at, visitorId: null }
        : { silent: true as const, ...(quietUntil === null ? {} : { quietUntil }) };
      this.journey.answered(question, answer, now);
    }
    const { heardOfAt, lastEventAt } = this.journey.state;
    const isAwaitingLetter = heardOfAt > lastEventAt;
    if (this.journey.hasWaitingEvents && !isAwaitingLetter)
      throw new Error('a settled journey left events waiting');
  }

  private readLetters(): void {
    for (let asked = this.journey.recallInQuestion(); asked; asked = this.journey.recallInQuestion()) {
      const { marks } = asked;
      const lines = this.recorded.filter(
        ([partition, offset, time]) => time <= this.now && offset > (marks[partition] ?? -1),
      );
      const recordedUpTo = lines.reduce((latest, [, , time]) => Math.max(latest, time), 0);
      this.journey.recalled(asked, { identity: null, lines, recordedUpTo, hasMore: false });
    }
  }

  continueAsNew(): void {
    const state = JSON.parse(JSON.stringify(this.journey.state)) as Journey['state'];
    this.journey = new Journey(upgradeState(state.journeyId, state), this.rules);
  }

  rows<Key extends keyof JourneyRecord>(key: Key): JourneyRecord[Key][number][] {
    return this.written.flatMap((record) => record[key] as JourneyRecord[Key][number][]);
  }

  /** Abandonments as the record keeps them: a fate that is final never changes. */
  keptAbandonments(): AbandonmentRow[] {
    const byCart = new Map<string, AbandonmentRow>();
    for (const row of this.rows('abandonments')) {
      const present = byCart.get(row.cartId);
      if (present && present.alert !== 'held') throw new Error('a fate changed that was final');
      byCart.set(row.cartId, row);
    }
    return [...byCart.values()];
  }

  /** Rows as the record keeps them: of one key the one with the highest version, in the order of their first. */
  kept<Row extends { readonly version: number }>(rows: readonly Row[], keyOf: (row: Row) => string): Row[] {
    const byKey = new Map<string, Row>();
    for (const row of rows) {
      const present = byKey.get(keyOf(row));
      if (present && present.version >= row.version) throw new Error('a version did not grow');
      byKey.set(keyOf(row), row);
    }
    return [...byKey.values()];
  }
}

/** Each event at its first place, partition by partition in the order of the log. */
function recordedOnce(lines: readonly LetterLine[]): LetterLine[] {
  const inOrder = lines.toSorted((left, right) => left[0] - right[0] || left[1] - right[1]);
  const ids = new Set<string>();
  return inOrder.filter(([, , , id]) => !ids.has(id) && ids.add(id));
}

export const alertName = ({ type, cartId, recovered }: JourneyAlert): string =>
  recovered ? `${type} ${cartId} after ${recovered.alert}` : `${type} ${cartId}`;

function lettersOf(events: readonly ToldEvent[], fates: readonly Fate[]) {
  const offsets: [number, number, number] = [0, 0, 0];
  const letters: { letter: Letter; at: number; fate: Fate }[] = [];
  let lines: LetterLine[] = [];
  let openedAt = 0;
  events.forEach(({ id, at, action, page, detail }, index) => {
    const fate = fates[index % fates.length];
    if (!fate) throw new Error('a plan needs a fate');
    if (lines.length === 0) openedAt = at;
    const next = events[index + 1];
    for (let copy = 0; copy < (fate.isRetried ? 2 : 1); copy += 1) {
      const offset = offsets[fate.partition]++;
      const { partition } = fate;
      lines.push(
        detail
          ? [partition, offset, at, id, action, page ?? null, detail]
          : [partition, offset, at, id, action, page ?? null],
      );
    }
    if (next && !fate.endsLetter && next.at - openedAt <= longestLetterMs) return;
    const incarnations = { 0: 'first', 1: 'first', 2: 'first' };
    const letter = { incarnations, appendedUpTo: at, lines: shuffled(lines, fate.shuffle) };
    // Letters of one user come one after the other.
    const before = letters.at(-1)?.at ?? 0;
    letters.push({ letter, at: Math.max(before, at + fate.delayMs), fate });
    lines = [];
  });
  return letters;
}

/** Partitions have no order among each other; within one the log's order stays. */
function shuffled(lines: readonly LetterLine[], how: Fate['shuffle']): LetterLine[] {
  if (how === 'log') return [...lines];
  const sign = how === 'partitions' ? 1 : -1;
  return lines.toSorted(([left], [right]) => sign * (left - right));
}
