import type { OutgoingMessage } from '../../connections/kafka.ts';
import type { ShopEvent } from '../../events/shop-event.ts';

/** The event as the `page-views` topic has it; `null` when it is not a page view. */
export function toPageViewMessage(event: ShopEvent): OutgoingMessage | null {
  if (event.action !== 'pageview') return null;
  return {
    key: event.journeyId,
    value: JSON.stringify({
      event_id: event.eventId,
      timestamp: new Date(event.time).toISOString(),
      user_id: event.userId,
      session_id: event.sessionId,
      page: event.page,
      device_type: event.device.type,
      load_time: event.loadTimeSeconds,
      bot: event.bot,
    }),
  };
}
