import type { Alert, JourneyAlertType, Severity } from '../events/alert.ts';
import type { FunnelStep } from '../events/funnel.ts';
import type { JourneyAlert } from '../events/journey-record.ts';
import { isUserJourney } from '../events/letter.ts';
import { troubleInWords, troubleMetadata } from './checkout-trouble-alert.ts';
import { inWords } from '../events/duration-in-words.ts';
import { stableId } from './stable-id.ts';

const severities: Readonly<Record<JourneyAlertType, Severity>> = {
  cart_abandoned: 'info',
  checkout_abandoned: 'warning',
  cart_recovered: 'info',
  checkout_trouble: 'warning',
};

/**
 * The alert as the world reads it. The same cart and type always give the same `alert_id`, whether the visitor's journey
 * says it or later that of the user who the visitor was: a cart's id is the id of the event that opened it.
 */
export function toAlert(journeyId: string, alert: JourneyAlert): Alert {
  const { type, cartId, at, value, currency, items, abandonedBefore } = alert;
  const isUser = isUserJourney(journeyId);
  return {
    alert_id: stableId(type, cartId),
    alert_type: type,
    severity: severities[type],
    message: messageOf(alert),
    timestamp: new Date(at).toISOString(),
    metadata: {
      journey_id: journeyId,
      user_id: isUser ? journeyId : null,
      cart_id: cartId,
      step: steps[type],
      value,
      currency,
      items: items.map(({ productId, quantity, price }) => ({ product_id: productId, quantity, price })),
      cart_opened_at: isoOrNull(alert.openedAt),
      ...particularsOf(alert),
      abandoned_before: abandonedBefore,
      sessions: alert.sessions,
      purchases: alert.purchases,
    },
  };
}

const steps: Readonly<Record<JourneyAlertType, FunnelStep>> = {
  cart_abandoned: 'cart',
  checkout_abandoned: 'checkout',
  cart_recovered: 'purchase',
  checkout_trouble: 'checkout',
};

function particularsOf(alert: JourneyAlert): Alert['metadata'] {
  switch (alert.type) {
    case 'cart_recovered':
      return recoveryOf(alert);
    case 'cart_abandoned':
    case 'checkout_abandoned':
      return silenceOf(alert);
    case 'checkout_trouble':
      return alert.trouble ? troubleMetadata(alert.trouble) : {};
  }
}

const silenceOf = ({ elapsedMs, heldUntil }: JourneyAlert) => ({
  idle_minutes: elapsedMs / 60_000,
  held_until: isoOrNull(heldUntil),
});

const recoveryOf = ({ elapsedMs, recovered }: JourneyAlert) => ({
  recovered_after_seconds: elapsedMs / 1000,
  abandoned_at: isoOrNull(recovered?.abandonedAt),
  abandoned_step: recovered?.stage ?? null,
  /** Whether anybody was told of the abandonment before: a purchase without that owes nothing to an alert. */
  alert_said: recovered ? recovered.alert === 'said' : null,
});

/** A journey that was started by an older release leaves some of it out. */
const isoOrNull = (time: number | null | undefined): string | null =>
  time == null ? null : new Date(time).toISOString();

function messageOf({ type, value, currency, elapsedMs, trouble }: JourneyAlert): string {
  const worth = value === null ? '' : ` worth ${value.toFixed(2)}${currency === null ? '' : ` ${currency}`}`;
  const duration = inWords(elapsedMs);
  switch (type) {
    case 'cart_abandoned':
      return `A cart${worth} was abandoned: no activity for ${duration}`;
    case 'checkout_abandoned':
      return `A checkout${worth} was abandoned: no activity for ${duration}`;
    case 'cart_recovered':
      return `An abandoned cart was recovered by a purchase${worth}, ${duration} later`;
    case 'checkout_trouble':
      return `A checkout${worth} is in trouble${trouble ? `: ${troubleInWords(trouble, elapsedMs)}` : ''}`;
  }
}
