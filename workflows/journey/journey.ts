import type {
  Recalled,
  RecallQuestion,
  SilenceAnswer,
  SilenceQuestion,
} from '../../activities/activities.ts';
import type { JourneyRecord } from '../../events/journey-record.ts';
import { isUserJourney, type JourneyRules, type Letter } from '../../events/letter.ts';
import { changeCart } from './cart.ts';
import {
  abandonCart,
  cartDeadline,
  idleDeadline,
  isAwaitingLetter,
  lastSignOfLife,
  longestAwaitMs,
  nextWake,
  silenceMs,
} from './deadlines.ts';
import type { JourneyEvent } from './journey-event.ts';
import { Outbox } from './outbox.ts';
import { purchase } from './purchase.ts';
import { isLate, visit } from './session.ts';
import type { JourneyState } from './state.ts';
import { Inbox, type Taken } from './visitors.ts';

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
    for (
      let event = this.state.waiting[0];
      event && this.isDue(event) && !this.isBehindDeadline(event);
      event = this.state.waiting[0]
    ) {
      this.state.waiting.shift();
      this.apply(event);
    }
  }

  get hasWaitingEvents(): boolean {
    return this.state.waiting.length > 0;
  }

  /** The question to put to the record, when the open cart's deadline has passed at `now` or a waiting event shows that it has. */
  silenceInQuestion(now: number): SilenceQuestion | null {
    const deadline = cartDeadline(this.state, this.rules);
    if (deadline === null) return null;
    const { journeyId, lastAppendedAt } = this.state;
    if (isAwaitingLetter(this.state) && now < this.state.awaitedUntil) return null;
    const isDue = now >= Math.max(deadline, lastAppendedAt + silenceMs);
    if (!isDue && !this.state.waiting.some((event) => this.isDue(event))) return null;
    return {
      journeyId,
      isHandedOver: this.state.handedOver !== null,
      after: lastSignOfLife(this.state),
      until: deadline,
      completeUntil: Math.max(deadline, isDue ? lastAppendedAt + silenceMs : lastAppendedAt),
    };
  }

  /** What the record says about the user's silence. */
  answered({ completeUntil, until }: SilenceQuestion, answer: SilenceAnswer, now: number): void {
    if (answer.silent === true) this.declareAbandoned();
    if (answer.silent === false) {
      this.heardOf(answer.lastEventAt, now);
      const visitorId = isUserJourney(this.state.journeyId) ? answer.visitorId : this.state.journeyId;
      if (visitorId !== null) this.askAbout(visitorId, completeUntil, until);
    }
    if (answer.silent === 'handed over') this.askAbout(this.state.journeyId, completeUntil, until);
  }

  /** A visitor's events need not wait for their letter, which may go another way: the record has them. */
  private askAbout(visitorId: string, appendedUpTo: number, eventsUpTo: number): void {
    const empty = { incarnations: {}, lines: [], appendedUpTo };
    const isOwn = visitorId === this.state.journeyId;
    this.receive(
      isOwn ? { ...empty, asks: true } : { ...empty, eventsUpTo, joins: { [visitorId]: appendedUpTo } },
    );
  }

  /** The record knows a later event, whose letter is still under way: the deadline moves, and waits for the letter. */
  private heardOf(eventTime: number, now: number): void {
    this.state.heardOfAt = Math.max(this.state.heardOfAt, eventTime);
    this.state.awaitedUntil = now + longestAwaitMs;
  }

  /** The user was silent until the deadline: the open cart is abandoned. */
  private declareAbandoned(): void {
    const { cart } = this.state;
    const deadline = cartDeadline(this.state, this.rules);
    if (!cart || deadline === null) return;
    const {
      cart: ended,
      abandonment,
      idleMs,
      abandonedBefore,
    } = abandonCart(this.state, cart, deadline, this.rules);
    this.outbox.addCart(ended);
    this.outbox.addAbandonment(abandonment);
    if (abandonment.suppressed) return;
    const { cartId, value, currency, items } = abandonment;
    this.outbox.addAlert({
      type: abandonment.kind === 'checkout' ? 'checkout_abandoned' : 'cart_abandoned',
      cartId,
      at: deadline,
      value,
      currency,
      items,
      elapsedMs: idleMs,
      abandonedBefore,
    });
  }

  takeRecord(): JourneyRecord | null {
    return this.outbox.take();
  }

  nextWake(): number {
    return nextWake(this.state, this.rules);
  }

  /** True when nothing is left to wait for, so that the workflow may end. */
  isOver(now: number): boolean {
    const hasDueEvents = this.state.waiting.some((event) => this.isDue(event));
    return this.state.cart === null && !hasDueEvents && now >= idleDeadline(this.state, this.rules);
  }

  deadline(): number | null {
    return cartDeadline(this.state, this.rules);
  }

  /** Read events wait until `advance` reaches them. */
  private take({ events, joined, handOver }: Taken): void {
    this.state.waiting.push(...events);
    this.state.waiting.sort((left, right) => left.time - right.time);
    this.outbox.addJoinedVisitor(joined);
    if (handOver) this.outbox.handOver(handOver);
  }

  private isDue({ asVisitor, time }: JourneyEvent): boolean {
    return !asVisitor || time <= this.state.lettersUpTo;
  }

  private isBehindDeadline(event: JourneyEvent): boolean {
    const deadline = cartDeadline(this.state, this.rules);
    return deadline !== null && event.time > deadline;
  }

  private apply(event: JourneyEvent): void {
    const late = !event.asVisitor && isLate(this.state, event, this.rules);
    if (late) this.state.counts.late += 1;
    else this.outbox.addSteps(visit(this.state, event, this.rules));
    // A late purchase still ends its cart: to keep the deadline running would raise a false alarm.
    if (event.cartEffect === 'purchase') this.applyPurchase(event);
    else if (!late) this.outbox.addCart(changeCart(this.state, event));
  }

  private applyPurchase(event: JourneyEvent): void {
    const purchased = purchase(this.state, event, this.rules);
    if (!purchased) return;
    this.outbox.addPurchase(purchased.purchase);
    this.outbox.addCart(purchased.cart);
    if (!purchased.recovery) return;
    const { elapsedMs, ...recovery } = purchased.recovery;
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
    });
  }
}
