import type { SilenceAnswer, SilenceQuestion } from '../../activities/activities.ts';
import type { JourneyRecord } from '../../events/journey-record.ts';
import type { Letter, LetterLine } from '../../events/letter.ts';
import { isUserJourney } from '../../events/letter.ts';
import type { Mail } from '../../bridge/journey/mailbox.ts';
import { Visitors } from '../../bridge/journey/visitors.ts';
import { toMail, writeLetter } from '../../bridge/journey/write-letter.ts';
import { Journey } from '../../workflows/journey/journey.ts';
import { newJourney } from '../../workflows/journey/state.ts';
import { alertName, type Fate } from './journey-player.ts';
import { minute, rules } from './letters.ts';
import { RecordedVisits } from './recorded-visits.ts';
import type { ToldEvent } from './reference-journey.ts';
import { shopEvent } from './shop-event.ts';

/** An event of one client session, with or without the user whom it shows. */
export interface VisitEvent extends ToldEvent {
  readonly userId: string | null;
  readonly sessionId: string;
}

const longestLetterMs = 5 * minute;
const mostRounds = 500;
const incarnations = new Map([0, 1, 2].map((partition) => [partition, 'first']));

/**
 * Plays events of client sessions through the bridge's own routing to the journeys of visitors and users. The record
 * holds each event when it happens; the bridge loses its memory and reads again whenever a fate says so.
 */
export class VisitPlayer {
  readonly journeys = new Map<string, Journey>();
  readonly written = new Map<string, JourneyRecord[]>();
  readonly alerts = new Set<string>();
  private readonly visits = new RecordedVisits();
  private readonly events: readonly VisitEvent[];
  private visitors = new Visitors(true, 0);
  private open = new Map<string, { index: number; mail: Mail }[]>();
  private now = 0;

  constructor(events: readonly VisitEvent[]) {
    this.events = events;
  }

  play(fates: readonly Fate[], until: number): void {
    const offsets: [number, number, number] = [0, 0, 0];
    const places = this.events.map((_, index) => {
      const { partition } = fates[index % fates.length] as Fate;
      return { partition, offset: offsets[partition]++ };
    });
    let openedAt: number | null = null;
    this.events.forEach((event, index) => {
      const fate = fates[index % fates.length] as Fate;
      // An event at the very deadline is on the topic when the deadline is looked at.
      this.record(event, places[index] as (typeof places)[number]);
      this.clockTo(event.at);
      this.read(index, places);
      openedAt ??= event.at;
      const next = this.events[index + 1];
      if (next && !fate.endsLetter && next.at - openedAt <= longestLetterMs) return;
      if (fate.redelivers === null) {
        this.clockTo(Math.max(this.now, next ? Math.min(next.at, event.at + fate.delayMs) : event.at));
        this.flush();
        openedAt = null;
      } else this.restart(index, fate.redelivers, places);
      if (fate.continuesAsNew) this.continueAsNew();
    });
    this.flush();
    this.clockTo(until);
  }

  /** Rows as the record keeps them: taken back ones are gone, of one key the highest version counts. */
  rows<Key extends keyof JourneyRecord>(actor: string, key: Key): JourneyRecord[Key][number][] {
    return (this.written.get(actor) ?? []).flatMap((record) => record[key] as JourneyRecord[Key][number][]);
  }

  private record(event: VisitEvent, { partition, offset }: { partition: number; offset: number }): void {
    const { userId, sessionId } = event;
    if (userId !== null) this.visits.shows(sessionId, userId, event.at);
    const { line } = this.mailOf(event, partition, offset, new Visitors(true, 0));
    this.visits.hold(userId ?? sessionId, JSON.parse(line) as LetterLine);
  }

  private read(index: number, places: readonly { partition: number; offset: number }[]): void {
    const event = this.events[index] as VisitEvent;
    const { partition, offset } = places[index] as (typeof places)[number];
    const route = this.visitors.route(canonical(event), this.now);
    const mail = toMail(canonical(event), { partition, offset, appendedAt: this.now }, false, route);
    if (route.to === 'nobody') {
      this.visitors.holdBack(route.sessionId, mail);
      return;
    }
    for (const each of [route.heldBack, mail]) {
      if (!each) continue;
      this.open.set(each.journeyId, [...(this.open.get(each.journeyId) ?? []), { index, mail: each }]);
    }
  }

  private flush(): void {
    const open = this.open;
    this.open = new Map();
    for (const [journeyId, entries] of open) {
      const mail = entries.map((entry) => entry.mail);
      this.deliver(
        journeyId,
        JSON.parse(writeLetter({ journeyId, urgent: false, mail }, incarnations).json) as Letter,
      );
    }
  }

  /** The bridge ends before its letters are delivered, and begins again at the first of them, or before. */
  private restart(
    index: number,
    redelivers: number,
    places: readonly { partition: number; offset: number }[],
  ): void {
    const undelivered = [...this.open.values()].flat().map((entry) => entry.index);
    this.open = new Map();
    this.visitors = new Visitors(false, this.now);
    const from = Math.max(0, Math.min(index + 1, ...undelivered) - redelivers);
    for (let again = from; again <= index; again += 1) this.read(again, places);
    this.flush();
  }

  private deliver(journeyId: string, letter: Letter): void {
    const journey = this.journeys.get(journeyId) ?? new Journey(newJourney(journeyId), rules);
    this.journeys.set(journeyId, journey);
    journey.receive(letter);
    this.settle(journeyId, journey, this.now);
  }

  private settle(journeyId: string, journey: Journey, now: number): void {
    for (let rounds = 0; ; rounds += 1) {
      if (rounds > mostRounds) throw new Error('a journey cannot settle');
      for (let asked = journey.recallInQuestion(); asked; asked = journey.recallInQuestion())
        journey.recalled(asked, this.visits.recall(asked));
      journey.advance();
      const record = journey.takeRecord();
      if (record) this.write(journeyId, record);
      const question = journey.silenceInQuestion(now);
      if (!question) return;
      journey.answered(question, this.answer(question), now);
    }
  }

  private answer({ journeyId, after, until, isHandedOver }: SilenceQuestion): SilenceAnswer {
    const isKnown = this.visits.recall({
      journeyId,
      userId: null,
      marks: {},
      completeUntil: 0,
    });
    if (isKnown.identity && !isHandedOver) return { silent: 'handed over' };
    const latest = this.visits.latest(journeyId, after, until);
    if (latest === null) return { silent: true };
    const visitorId = latest.recordedFor === journeyId ? null : latest.recordedFor;
    return { silent: false, lastEventAt: latest.at, visitorId };
  }

  private write(journeyId: string, record: JourneyRecord): void {
    for (const { visitorId, until } of record.joinedVisitors) this.takeBack(visitorId, until);
    for (const { until } of record.handOvers) this.takeBack(journeyId, until);
    this.written.set(journeyId, [...(this.written.get(journeyId) ?? []), record]);
    for (const alert of record.alerts) this.alerts.add(alertName(alert));
    const empty = { incarnations: {}, lines: [] };
    for (const { visitorId } of record.joinedVisitors) {
      if (this.journeys.has(visitorId)) this.deliver(visitorId, { ...empty, appendedUpTo: 0, asks: true });
    }
    for (const { userId, appendedUpTo, eventsUpTo } of record.handOvers)
      this.deliver(userId, { ...empty, appendedUpTo, eventsUpTo, joins: { [journeyId]: appendedUpTo } });
  }

  private takeBack(journeyId: string, until: number | null): void {
    const isOurs = (at: number) => until !== null && at >= until;
    const kept = (this.written.get(journeyId) ?? []).map((record) => ({
      ...record,
      steps: record.steps.filter(({ reachedAt }) => isOurs(reachedAt)),
      carts: record.carts.filter(({ openedAt }) => isOurs(openedAt)),
      purchases: record.purchases.filter(({ purchasedAt }) => isOurs(purchasedAt)),
      abandonments: record.abandonments.filter(({ abandonedAt }) => isOurs(abandonedAt)),
    }));
    this.written.set(journeyId, kept);
  }

  private clockTo(now: number): void {
    for (const [journeyId, journey] of this.journeys) {
      for (let wake = journey.nextWake(); wake <= now && journey.state.cart; wake = journey.nextWake()) {
        this.now = Math.max(this.now, wake);
        this.settle(journeyId, journey, wake);
      }
    }
    this.now = Math.max(this.now, now);
  }

  private continueAsNew(): void {
    for (const [journeyId, { state }] of this.journeys) {
      const carried = JSON.parse(JSON.stringify(state)) as typeof state;
      this.journeys.set(journeyId, new Journey(carried, rules));
    }
  }

  private mailOf(event: VisitEvent, partition: number, offset: number, visitors: Visitors): Mail {
    const canonicalEvent = canonical(event);
    return toMail(
      canonicalEvent,
      { partition, offset, appendedAt: event.at },
      false,
      visitors.route(canonicalEvent, event.at),
    );
  }
}

function canonical({ id, at, action, page, detail, userId, sessionId }: VisitEvent) {
  return shopEvent({
    eventId: id,
    time: at,
    action,
    page: page ?? null,
    userId,
    sessionId,
    journeyId: userId ?? sessionId,
    items: detail?.items ?? [],
    value: detail?.value ?? null,
    currency: detail?.currency ?? null,
    orderId: detail?.orderId ?? null,
  });
}

export const actorsOf = (player: VisitPlayer): string[] => [...player.journeys.keys()].filter(isUserJourney);
