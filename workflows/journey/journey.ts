import type {
  Recalled,
  RecallQuestion,
  SilenceAnswer,
  SilenceQuestion,
} from '../../activities/activities.ts';
import type { JourneyRecord } from '../../events/journey-record.ts';
import type { JourneyRules, Letter } from '../../events/letter.ts';
import type { UsualLoadTime } from '../../events/checkout-trouble.ts';
import { changeCart } from './cart.ts';
import { noteCheckoutSigns } from './checkout-signs.ts';
import { findFailedSubmissions, findSlowView, judgeSlowView, type SlowView } from './checkout-trouble.ts';
import {
  abandonCart,
  cartDeadline,
  decidableAt,
  idleDeadline,
  isAwaitingLetter,
  lastSignOfLife,
  longestAwaitMs,
  nextWake,
} from './deadlines.ts';
import { changeToTell, followSegment } from './follow-segment.ts';
import { isAnswerTo, letGo } from './held-alert.ts';
import type { JourneyEvent } from './journey-event.ts';
import { Outbox } from './outbox.ts';
import { purchase } from './purchase.ts';
import { isLate, visit } from './session.ts';
import { noteSigns, turnPages } from './signs.ts';
import type { JourneyState } from './state.ts';
import { Inbox, type Taken } from './inbox.ts';

/** What waits for a letter travels through continue-as-new, in one payload of 2 MiB at most: then it is decided without. */
const mostWaitingEvents = 2_000;

/** One user's journey without Temporal: letters and the passing of time go in, what to write comes out. */
export class Journey {
  readonly state: JourneyState;
  private readonly rules: JourneyRules;
  private readonly outbox = new Outbox();
  private readonly inbox: Inbox;

  constructor(state: JourneyState, rules: JourneyRules) {
    this.state = state;
    this.rules = rules;
    this.inbox = new Inbox(state);
  }

  receive(letter: Letter): void {
    this.inbox.add(letter);
  }

  /** What the record must be asked before the next letter can be read; `null` once all letters are. */
  recallInQuestion(): RecallQuestion | null {
    for (;;) {
      const question = this.inbox.recallInQuestion();
      if (question || this.inbox.isEmpty) return question;
      this.take(this.inbox.takeLetter());
    }
  }

  recalled(question: RecallQuestion, answer: Recalled): void {
    this.take(this.inbox.recalled(question, answer));
  }

  /** Applies waiting events, up to the first that lies behind an open deadline: that has to be settled before. */
  advance(): void {
    const { waiting } = this.state;
    waiting.sort((left, right) => left.time - right.time);
    let applied = 0;
    for (const event of waiting) {
      if (!this.isDue(event) || this.isBehindDeadline(event)) break;
      this.apply(event);
      applied += 1;
    }
    // Once for all: to shift each out of a hot user's hundred thousand moves the rest each time.
    waiting.splice(0, applied);
  }

  get hasWaitingEvents(): boolean {
    return this.state.waiting.length > 0;
  }

  /**
   * The question to put to the record, when the open cart's deadline, or the end of the quiet hours that hold an alert back,
   * has passed at `now` or a waiting event shows that it has.
   */
  silenceInQuestion(now: number): SilenceQuestion | null {
    const { heldAlert } = this.state;
    if (heldAlert) return this.questionOf(heldAlert.silentSince, heldAlert.until, now);
    const deadline = cartDeadline(this.state, this.rules);
    if (deadline === null) return null;
    const mayWait = now < this.state.awaitedUntil && this.state.waiting.length < mostWaitingEvents;
    if (isAwaitingLetter(this.state) && mayWait) return null;
    return this.questionOf(lastSignOfLife(this.state), deadline, now);
  }

  /**
   * What the record says about the user's silence. `readsOwnFirst`: before a visitor's events that the record tells of are
   * applied, the user's own are read that lie before them and wait for their letter. Journeys of before 0.2 did not.
   */
  answered({ until }: SilenceQuestion, answer: SilenceAnswer, now: number, readsOwnFirst = true): void {
    if (answer.silent === true) this.wasSilent(answer.quietUntil ?? null);
    if (answer.silent === false) {
      this.heardOf(answer.lastEventAt, now);
      if (readsOwnFirst || answer.visitorId === null) this.askAbout(this.state.journeyId, until);
      if (answer.visitorId !== null) this.askAbout(answer.visitorId, until);
    }
    if (answer.silent === 'handed over') this.askAbout(this.state.journeyId, until);
  }

  /**
   * Events that the record has need not wait for their letter, which may be long in coming or go another way. What it has
   * just told of is there: to wait until it is complete would only hold the worker up.
   */
  private askAbout(journeyId: string, eventsUpTo: number): void {
    const appendedUpTo = this.state.lastAppendedAt;
    const empty = { incarnations: {}, lines: [], appendedUpTo };
    const isOwn = journeyId === this.state.journeyId;
    this.receive(
      isOwn ? { ...empty, asks: true } : { ...empty, eventsUpTo, joins: { [journeyId]: appendedUpTo } },
    );
  }

  /**
   * The record knows a later event: the deadline moves, and waits for the event or its letter. An alert that quiet hours
   * held back is dropped: its user came back.
   */
  private heardOf(eventTime: number, now: number): void {
    if (this.state.heldAlert) {
      this.letGoOfHeldAlert('dropped');
      return;
    }
    this.state.heardOfAt = Math.max(this.state.heardOfAt, eventTime);
    this.state.awaitedUntil = now + longestAwaitMs;
  }

  private wasSilent(quietUntil: number | null): void {
    if (this.state.heldAlert) this.sayHeldAlert(quietUntil);
    else this.declareAbandoned(quietUntil);
  }

  /** The user was silent until the deadline: the open cart is abandoned. Quiet hours hold its alert back until they end. */
  private declareAbandoned(quietUntil: number | null): void {
    const { cart } = this.state;
    const deadline = cartDeadline(this.state, this.rules);
    if (!cart || deadline === null) return;
    const abandoned = abandonCart(this.state, cart, deadline, this.rules, quietUntil);
    this.outbox.addCart(abandoned.cart);
    this.outbox.addAbandonment(abandoned.abandonment);
    followSegment(this.state, this.rules, deadline);
    if (abandoned.alert) this.outbox.addAlert(abandoned.alert);
  }

  /** Says that submissions of the open checkout fail, once a checkout, while the user is there at `now`. */
  noticeTrouble(now: number): void {
    const alert = findFailedSubmissions(this.state, this.rules, now);
    if (alert) this.outbox.addAlert(alert);
  }

  /** A checkout page that was slow for a user who is there at `now`: to be judged by what is usual for it. */
  slowViewInQuestion(now: number): SlowView | null {
    return findSlowView(this.state, this.rules, now);
  }

  /** Judges that page. Without an answer it is not called slow. */
  judgeSlowView(usual: UsualLoadTime | null): void {
    const alert = judgeSlowView(this.state, this.rules, usual);
    if (alert) this.outbox.addAlert(alert);
  }

  takeRecord(): JourneyRecord | null {
    return this.outbox.take((writesAnyway) =>
      // Events that wait for a deadline to be settled belong to the same letter: it changes the segment once.
      this.hasWaitingEvents ? null : changeToTell(this.state, this.rules, writesAnyway),
    );
  }

  nextWake(): number {
    return nextWake(this.state, this.rules);
  }

  /** True when nothing is left to wait for, so that the workflow may end. */
  isOver(now: number): boolean {
    const hasDueEvents = this.state.waiting.some((event) => this.isDue(event));
    const isWaiting = this.state.cart !== null || this.state.heldAlert !== null || hasDueEvents;
    return !isWaiting && now >= idleDeadline(this.state, this.rules);
  }

  deadline(): number | null {
    return cartDeadline(this.state, this.rules);
  }

  /** Read events wait until `advance` reaches them. */
  private take({ events, joined, handOver }: Taken): void {
    this.state.waiting.push(...events);
    this.outbox.addJoinedVisitor(joined);
    if (handOver) this.outbox.handOver(handOver);
  }

  private isDue({ asVisitor, time }: JourneyEvent): boolean {
    return !asVisitor || time <= this.state.lettersUpTo;
  }

  private isBehindDeadline(event: JourneyEvent): boolean {
    const deadline = this.state.heldAlert?.until ?? cartDeadline(this.state, this.rules);
    return deadline !== null && event.time > deadline;
  }

  private questionOf(after: number, until: number, now: number): SilenceQuestion | null {
    const { journeyId, lastAppendedAt, waiting, handedOver } = this.state;
    const believedFrom = decidableAt(this.state, until);
    const hasPassed = now >= believedFrom;
    if (!hasPassed && !waiting.some((event) => this.isDue(event))) return null;
    const completeUntil = hasPassed ? believedFrom : Math.max(until, lastAppendedAt);
    return { journeyId, after, until, completeUntil, isHandedOver: handedOver !== null };
  }

  private sayHeldAlert(quietUntil: number | null): void {
    const { heldAlert } = this.state;
    if (!heldAlert) return;
    // An alert that is late enough to meet the next quiet hours waits for their end as well; never twice for the same.
    const isQuietAgain = quietUntil !== null && quietUntil > heldAlert.until;
    if (isQuietAgain) this.state.heldAlert = { ...heldAlert, until: quietUntil };
    else this.letGoOfHeldAlert('said');
  }

  private letGoOfHeldAlert(fate: 'said' | 'dropped'): void {
    const { heldAlert } = this.state;
    if (!heldAlert) return;
    const { abandonment, alert } = letGo(this.state, heldAlert, fate);
    this.outbox.addAbandonment(abandonment);
    if (alert) this.outbox.addAlert(alert);
  }

  private apply(event: JourneyEvent): void {
    if (this.state.heldAlert && isAnswerTo(this.state.heldAlert, event)) this.letGoOfHeldAlert('dropped');
    const late = !event.asVisitor && isLate(this.state, event, this.rules);
    if (late) this.state.counts.late += 1;
    else {
      this.outbox.addSteps(visit(this.state, event, this.rules));
      this.state.checkout = noteCheckoutSigns(this.state.checkout, event, this.rules);
    }
    // A late purchase still ends its cart: to keep the deadline running would raise a false alarm.
    if (event.cartEffect === 'purchase') this.applyPurchase(event);
    else if (!late) this.outbox.addCart(changeCart(this.state, event));
    turnPages(this.state);
    if (!late) noteSigns(this.state, event);
    followSegment(this.state, this.rules, this.state.lastEventAt);
  }

  private applyPurchase(event: JourneyEvent): void {
    const purchased = purchase(this.state, event, this.rules);
    if (!purchased) return;
    this.outbox.addPurchase(purchased.purchase);
    this.outbox.addCart(purchased.cart);
    if (!purchased.recovery) return;
    const { elapsedMs, ...recovery } = purchased.recovery;
    const { lastAbandonment: abandoned } = this.state;
    this.outbox.addRecovery(recovery);
    this.outbox.addAlert({
      type: 'cart_recovered',
      cartId: recovery.cartId,
      at: recovery.recoveredAt,
      value: recovery.value,
      currency: purchased.purchase.currency,
      items: purchased.purchase.items,
      elapsedMs,
      abandonedBefore: this.state.abandonments,
      openedAt: abandoned?.openedAt ?? null,
      sessions: this.state.sessions,
      purchases: this.state.purchases,
      heldUntil: null,
      recovered: abandoned && {
        abandonedAt: abandoned.at,
        stage: abandoned.kind,
        alert: abandoned.alert,
      },
    });
  }
}
