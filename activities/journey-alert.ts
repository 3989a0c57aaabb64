import { createHash } from 'node:crypto';

import type { Alert, JourneyAlertType, Severity } from '../events/alert.ts';
import type { FunnelStep } from '../events/funnel.ts';
import type { JourneyAlert } from '../events/journey-record.ts';
import { troubleInWords, troubleMetadata } from './checkout-trouble-alert.ts';
import { inWords } from './duration-in-words.ts';

const severities: Readonly<Record<JourneyAlertType, Severity>> = {
  cart_abandoned: 'info',
  checkout_abandoned: 'warning',
  cart_recovered: 'info',
  checkout_trouble: 'warning',
};

/** The alert as the world reads it. The same journey, cart and type always give the same `alert_id`. */
export function toAlert(journeyId: string, alert: JourneyAlert): Alert {
  const { type, cartId, at, value, currency, items, abandonedBefore } = alert;
  const identity = [type, journeyId, cartId].join('\u0000');
  const isUser = journeyId.startsWith('u');
  return {
    alert_id: createHash('sha256').update(identity).digest('hex').slice(0, 32),
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
      ...particularsOf(alert),
      abandoned_before: abandonedBefore,
    },
  };
}

const steps: Readonly<Record<JourneyAlertType, FunnelStep>> = {
  cart_abandoned: 'cart',
  checkout_abandoned: 'checkout',
  cart_recovered: 'purchase',
  checkout_trouble: 'checkout',
};

function particularsOf({ type, elapsedMs, trouble }: JourneyAlert): Alert['metadata'] {
  switch (type) {
    case 'cart_recovered':
      return { recovered_after_seconds: elapsedMs / 1000 };
    case 'cart_abandoned':
    case 'checkout_abandoned':
      return { idle_minutes: elapsedMs / 60_000 };
    case 'checkout_trouble':
      return trouble ? troubleMetadata(trouble) : {};
  }
}

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
