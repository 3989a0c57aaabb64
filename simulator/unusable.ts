import type { Randomness } from './randomness.ts';

type Spoil = (eventId: string, timestamp: string) => string;

/** What a bridge must send to its dead letters: each is a message of its own, no event of a visit is lost to it. */
const spoils: readonly Spoil[] = [
  (eventId) => `{"event_id":"${eventId}","action":"pageview","page":"/ho`,
  (_eventId, timestamp) =>
    JSON.stringify({ timestamp, session_id: 's-without-event-id', action: 'pageview', page: '/home' }),
  (eventId, timestamp) => JSON.stringify({ event_id: eventId, timestamp, action: 'click', page: '/home' }),
  (eventId) =>
    JSON.stringify({
      event_id: eventId,
      timestamp: 'yesterday',
      session_id: 's-without-time',
      action: 'scroll',
    }),
  (eventId, timestamp) => JSON.stringify([eventId, timestamp]),
];

export function unusableValue(randomness: Randomness, timestamp: string): string {
  return randomness.pick(spoils)(randomness.faker.string.uuid(), timestamp);
}
