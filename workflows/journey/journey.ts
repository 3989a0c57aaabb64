import type { JourneyRecord } from '../../events/journey-record.ts';
import type { JourneyRules, Letter } from '../../events/letter.ts';
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
import { takeNewLines } from './duplicates.ts';
import { changeToTell, followSegment } from './follow-segment.ts';
import { readLine, type JourneyEvent } from './journey-event.ts';
import { Outbox } from './outbox.ts';
import { purchase } from './purchase.ts';
import { isLate, visit } from './session.ts';
import { noteSigns, turnPages } from './signs.ts';
import { newJourney, type JourneyState } from './state.ts';

/** What must be known about the record before a cart may be called abandoned. */
export interface SilenceQuestion {
  readonly journeyId: string;
  /** Events after this event time (ms) … */
  readonly after: number;
  /** … and up to this one would mean that the user was not silent. */
  readonly until: number;
  /** The record must hold everything that was appended before this broker time (ms). */
  readonly completeUntil: number;
}

/** One user's journey without Temporal: letters and the passing of time go in, what to write comes out. */
export class Journey {
  readonly state: JourneyState;
  private readonly rules: JourneyRules;
  private readonly outbox = new Outbox();

  constructor(state: JourneyState, rules: JourneyRules) {
    // What an older release carried over lacks what came later.
    this.state = { ...newJourney(state.journeyId), ...state };
    this.rules = rules;
  }

  /** Takes the new events of a letter. They wait until `advance` reaches them. */
  receive(letter: Letter): void {
    this.state.waiting.push(...takeNewLines(this.state, letter).map(readLine));
    this.state.waiting.sort((left, right) => left.time - right.time);
  }

  /** Applies waiting events, up to the first that lies behind an open deadline: that has to be settled before. */
  advance(): void {
    for (
      let event = this.state.waiting[0];
      event && !this.isBehindDeadline(event);
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
    if (!isDue && this.state.waiting.length === 0) return null;
    return {
      journeyId,
      after: lastSignOfLife(this.state),
      until: deadline,
      completeUntil: Math.max(deadline, isDue ? lastAppendedAt + silenceMs : lastAppendedAt),
    };
  }

  /** The record knows a later event, whose letter is still under way: the deadline moves, and waits for the letter. */
  heardOf(eventTime: number, now: number): void {
    this.state.heardOfAt = Math.max(this.state.heardOfAt, eventTime);
    this.state.awaitedUntil = now + longestAwaitMs;
  }

  /** The user was silent until the deadline: the open cart is abandoned. */
  declareAbandoned(): void {
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
    followSegment(this.state, this.rules, deadline);
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
    return (
      this.state.cart === null &&
      this.state.waiting.length === 0 &&
      now >= idleDeadline(this.state, this.rules)
    );
  }

  deadline(): number | null {
    return cartDeadline(this.state, this.rules);
  }

  private isBehindDeadline(event: JourneyEvent): boolean {
    const deadline = cartDeadline(this.state, this.rules);
    return deadline !== null && event.time > deadline;
  }

  private apply(event: JourneyEvent): void {
    const late = isLate(this.state, event, this.rules);
    if (late) this.state.counts.late += 1;
    else this.outbox.addSteps(visit(this.state, event, this.rules));
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
