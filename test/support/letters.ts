import type { ActionName } from '../../events/actions.ts';
import type { CheckoutTroubleRules } from '../../events/checkout-trouble.ts';
import type { JourneyRules, Letter, LetterLine, LineDetail } from '../../events/letter.ts';

export const minute = 60_000;
export const hour = 60 * minute;

export const troubleRules: CheckoutTroubleRules = {
  failures: 2,
  submissions: 3,
  windowMs: 10 * minute,
  slowFactor: 3,
  slowFromSeconds: 2,
};

export const rules: JourneyRules = {
  sessionGapMs: 30 * minute,
  cartAbandonAfterMs: 30 * minute,
  checkoutAbandonAfterMs: 15 * minute,
  recoveryWindowMs: 7 * 24 * hour,
  alertCooldownMs: 24 * hour,
  lateGraceMs: 5 * minute,
  idleAfterMs: 24 * hour,
  checkoutTrouble: troubleRules,
};

export interface WrittenEvent {
  readonly at: number;
  readonly action: ActionName;
  readonly page?: string;
  readonly detail?: LineDetail;
  readonly eventId?: string;
  readonly offset?: number;
  readonly partition?: number;
}

/** Writes letters as the bridge does, with offsets that go up by one an event. */
export class LetterWriter {
  private nextOffset = 0;
  readonly incarnation: string;

  constructor(incarnation = 'first') {
    this.incarnation = incarnation;
  }

  line({ at, action, page, detail, eventId, offset, partition = 0 }: WrittenEvent): LetterLine {
    const own = offset ?? this.nextOffset;
    this.nextOffset = Math.max(this.nextOffset, own + 1);
    const id = eventId ?? `event-${partition}-${own}`;
    return detail
      ? [partition, own, at, id, action, page ?? null, detail]
      : [partition, own, at, id, action, page ?? null];
  }

  letter(...events: WrittenEvent[]): Letter {
    return this.ofLines(events.map((event) => this.line(event)));
  }

  /** Broker time follows event time: what is written here is live. */
  ofLines(lines: readonly LetterLine[]): Letter {
    return {
      incarnations: Object.fromEntries(lines.map(([partition]) => [partition, this.incarnation])),
      appendedUpTo: Math.max(...lines.map(([, , time]) => time)),
      lines,
    };
  }
}

export const view = (at: number, page: string): WrittenEvent => ({ at, action: 'pageview', page });

export const add = (at: number, productId: string, price: number, quantity = 1): WrittenEvent => ({
  at,
  action: 'add_to_cart',
  detail: { items: [{ productId, quantity, price }], currency: 'EUR' },
});

export const buy = (at: number, value: number, orderId?: string): WrittenEvent => ({
  at,
  action: 'purchase',
  detail: { value, currency: 'EUR', ...(orderId ? { orderId } : {}) },
});
