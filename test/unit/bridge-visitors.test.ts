// A visitor is admitted with the second event or with a cart; a session's events follow the user it shows, until it shows
// another; and where this bridge cannot know, the journey is told to ask the record.
import { describe, expect, it } from 'vitest';

import { Visitors, type Route } from '../../bridge/journey/visitors.ts';
import { toMail } from '../../bridge/journey/write-letter.ts';
import { shopEvent } from '../support/shop-event.ts';

const since = 1_000;
const now = 2_000;
const anonymous = (page = '/home', sessionId = 's1_v') =>
  shopEvent({ userId: null, sessionId, journeyId: sessionId, action: 'pageview', page });
const shows = (userId: string, sessionId = 's1_v') => shopEvent({ userId, sessionId, journeyId: userId });

/** Routes as the lane does: what is held back is kept. */
function lane(readsAll: boolean, mostRemembered?: number) {
  const visitors = new Visitors(readsAll, since, mostRemembered);
  return (event: ReturnType<typeof shopEvent>): Route => {
    const route = visitors.route(event, now);
    const place = { partition: 0, offset: 0, appendedAt: now };
    if (route.to === 'nobody') visitors.holdBack(route.sessionId, toMail(event, place, false, route));
    return route;
  };
}

describe('a visitor', () => {
  it('is held back at the first event, and admitted together with it at the second', () => {
    const route = lane(true);
    expect(route(anonymous())).toEqual({ to: 'nobody', sessionId: 's1_v' });
    const second = route(anonymous());
    expect(second).toMatchObject({ to: 'journey', journeyId: 's1_v', asks: false });
    expect(second).toHaveProperty('heldBack.isSettled', true);
    expect(route(anonymous())).toMatchObject({ to: 'journey', heldBack: null });
  });

  it.each(['/cart', '/checkout', '/purchase-complete'])('is admitted at once by %s', (page) => {
    expect(lane(true)(anonymous(page))).toMatchObject({ to: 'journey', journeyId: 's1_v', heldBack: null });
  });

  it('that may have been here before asks the record, once', () => {
    const route = lane(false);
    route(anonymous());
    expect(route(anonymous())).toMatchObject({ journeyId: 's1_v', asks: true });
    expect(route(anonymous())).toMatchObject({ journeyId: 's1_v', asks: false });
  });
});

describe('a session that shows a user', () => {
  it('has the user’s journey ask for what the visitor did, up to now, once', () => {
    const route = lane(true);
    route(anonymous());
    expect(route(shows('u1_a'))).toMatchObject({ journeyId: 'u1_a', joins: now });
    expect(route(shows('u1_a'))).toMatchObject({ journeyId: 'u1_a', joins: null });
  });

  it('sends events without a user to that user', () => {
    const route = lane(true);
    route(shows('u1_a'));
    expect(route(anonymous())).toMatchObject({ journeyId: 'u1_a', visitorId: 's1_v', joins: null });
  });

  it('asks nothing when it was a user’s from the start and all was read', () => {
    expect(lane(true)(shows('u1_a'))).toMatchObject({ joins: null });
  });

  it('asks for the time before this bridge where not all was read, and leaves to the record whose events are', () => {
    const route = lane(false);
    expect(route(shows('u1_a'))).toMatchObject({ journeyId: 'u1_a', joins: since });
    expect(route(anonymous())).toMatchObject({ journeyId: 's1_v', visitorId: null, asks: true });
  });

  it('is nobody’s once it shows a second user', () => {
    const route = lane(true);
    route(shows('u1_a'));
    expect(route(shows('u1_b'))).toMatchObject({ journeyId: 'u1_b', joins: null });
    expect(route(anonymous())).toMatchObject({ journeyId: 's1_v', visitorId: null, asks: true });
    expect(route(anonymous())).toMatchObject({ journeyId: 's1_v', asks: false });
    expect(route(shows('u1_a'))).toMatchObject({ journeyId: 'u1_a', joins: null });
  });
});

it('without a session an event is the user’s alone', () => {
  const route = lane(false)(shopEvent({ userId: 'u1_a', sessionId: null, journeyId: 'u1_a' }));
  expect(route).toMatchObject({ journeyId: 'u1_a', joins: null, visitorId: null });
});

it('remembers within bounds, and asks the record once it has forgotten', () => {
  const route = lane(true, 2);
  expect(route(shows('u1_a', 's1_first'))).toMatchObject({ joins: null });
  for (let other = 0; other < 6; other += 1) route(shows('u1_a', `s1_${other}`));
  expect(route(shows('u1_a', 's1_first'))).toMatchObject({ joins: since });
});
