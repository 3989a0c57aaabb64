// Page views and dead letters leave the bridge as the contract has them, and a dead letter holds nothing of the event's body.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { toDeadLetterMessage } from '../../bridge/record/dead-letters.ts';
import { toPageViewMessage } from '../../bridge/record/page-views.ts';
import { actionNames } from '../../events/actions.ts';
import { eventOf, parseJson, rawPageView, reasonOf } from '../support/parsing.ts';
import { shopEvent } from '../support/shop-event.ts';

const contentOf = (message: { readonly value: string | Buffer | null } | null) =>
  JSON.parse(String(message?.value)) as Record<string, unknown>;

describe('a page view', () => {
  it('has the fields of the contract, no others, under the journey’s key', () => {
    const event = eventOf(rawPageView);
    const message = toPageViewMessage(event);
    expect(message?.key).toBe(event.journeyId);
    expect(contentOf(message)).toEqual({
      event_id: 'evt-0001',
      timestamp: '2026-05-17T11:59:58.250Z',
      user_id: event.userId,
      session_id: event.sessionId,
      page: '/product/1234',
      device_type: 'mobile',
      load_time: 0.82,
      bot: false,
    });
  });

  it('of a visitor has no user, and says null of what is not known', () => {
    const { event_id, timestamp, session_id, action, page } = rawPageView;
    const event = eventOf({ event_id, timestamp, session_id, action, page });
    const message = toPageViewMessage(event);
    expect(message?.key).toBe(event.sessionId);
    expect(contentOf(message)).toMatchObject({ user_id: null, device_type: null, load_time: null });
  });

  it.each(actionNames.filter((name) => name !== 'pageview'))('is no %s', (action) => {
    expect(toPageViewMessage(shopEvent({ action, page: '/cart' }))).toBeNull();
  });
});

describe('a dead letter', () => {
  const letter = {
    topic: 'raw-events',
    partition: 2,
    offset: 4711,
    reason: 'not JSON',
    eventId: null,
    bytes: 9,
    appendedAt: Date.UTC(2026, 4, 17, 12),
  };

  it('says where the event lies and why it could not be used', () => {
    const before = Date.now();
    const message = toDeadLetterMessage(letter);
    expect(message.key).toBe('raw-events/2/4711');
    const { rejected_at, ...content } = contentOf(message);
    expect(content).toEqual({
      topic: 'raw-events',
      partition: 2,
      offset: 4711,
      reason: 'not JSON',
      event_id: null,
      bytes: 9,
      timestamp: '2026-05-17T12:00:00.000Z',
    });
    expect(Date.parse(String(rejected_at))).toBeGreaterThanOrEqual(before);
  });

  it('shows nothing of what it refuses', () => {
    const secret = fc.stringMatching(/^[A-Za-z0-9@._-]{10,30}$/).map((text) => `Qz@${text}`);
    fc.assert(
      fc.property(secret, fc.constantFrom(...Object.keys(rawPageView)), (text, field) => {
        const parsed = parseJson({
          ...rawPageView,
          user_id: text,
          session_id: text,
          timestamp: text,
          [field]: [text],
        });
        const eventId = parsed.usable ? null : parsed.eventId;
        const message = toDeadLetterMessage({ ...letter, reason: reasonOf(parsed), eventId });
        expect(JSON.stringify(message)).not.toContain(text);
      }),
      { numRuns: 200 },
    );
  });
});
