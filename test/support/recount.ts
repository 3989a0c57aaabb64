import { actionOf } from '../../events/actions.ts';
import type { ShopEvent } from '../../events/shop-event.ts';

/** The roll-ups again, the plain way: all events in memory, one user after the other. Slow, and easy to believe. */

const dayMs = 24 * 60 * 60 * 1000;
const minuteMs = 60_000;

export function recountSessions(events: readonly ShopEvent[], gapMs: number): object[] {
  return byJourney(events).flatMap((own) => {
    const sessions: { runStart: number; events: ShopEvent[] }[] = [];
    let runStart = 0;
    let before = Number.NEGATIVE_INFINITY;
    let part = 0;
    for (const event of own) {
      const isNewRun = event.time - before > gapMs;
      if (isNewRun) runStart = event.time;
      const ownPart = Math.floor((event.time - runStart) / dayMs);
      if (isNewRun || ownPart !== part) sessions.push({ runStart, events: [] });
      sessions.at(-1)?.events.push(event);
      part = ownPart;
      before = event.time;
    }
    return sessions.map(({ runStart: from, events: inSession }) => sessionRow(from, inSession));
  });
}

function sessionRow(runStart: number, events: readonly ShopEvent[]): object {
  const views = events.filter(({ action }) => action === 'pageview');
  const first = <Value>(read: (event: ShopEvent) => Value | null): Value | null =>
    events.map(read).find((value) => value !== null) ?? null;
  return {
    journey_id: events[0]?.journeyId,
    start_time: new Date(events[0]?.time ?? 0),
    end_time: new Date(events.at(-1)?.time ?? 0),
    run_start_time: new Date(runStart),
    session_id: first(({ sessionId }) => sessionId),
    user_id: first(({ userId }) => userId),
    device_type: first(({ device }) => device.type),
    os: first(({ device }) => device.os),
    browser: first(({ device }) => device.browser),
    events: events.length,
    pageviews: views.length,
    entry_page: views[0]?.page ?? null,
    exit_page: views.at(-1)?.page ?? null,
    referrer: first(({ referrer }) => referrer),
    bot: events.some(({ bot }) => bot),
  };
}

export function recountMinutes(events: readonly ShopEvent[]): object[] {
  return byJourney(events).flatMap((own) => {
    const minutes = groupBy(own, ({ time }) => Math.floor(time / minuteMs));
    return [...minutes].map(([minute, inMinute]) => minuteRow((minute + 1) * minuteMs, inMinute));
  });
}

function minuteRow(end: number, events: readonly ShopEvent[]): object {
  const counting = (name: string) => events.filter(({ action }) => actionOf(action).counts === name).length;
  const pages = events.flatMap(({ action, page }) => (action === 'pageview' && page !== null ? [page] : []));
  return {
    journey_id: events[0]?.journeyId,
    window_end_time: new Date(end),
    user_id: events[0]?.userId ?? null,
    pageviews: counting('pageviews'),
    clicks: counting('clicks'),
    scrolls: counting('scrolls'),
    form_submits: counting('form_submits'),
    video_plays: counting('video_plays'),
    pages_visited: [...new Set(pages)].sort(),
    bot: events.some(({ bot }) => bot),
  };
}

function byJourney(events: readonly ShopEvent[]): ShopEvent[][] {
  const sorted = events.toSorted(
    (one, other) => one.time - other.time || (one.eventId < other.eventId ? -1 : 1),
  );
  const journeys = groupBy(sorted, ({ journeyId }) => journeyId);
  return [...journeys].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, own]) => own);
}

/** `Map.groupBy` is not in Node 20. */
function groupBy<Key>(events: readonly ShopEvent[], keyOf: (event: ShopEvent) => Key): Map<Key, ShopEvent[]> {
  const groups = new Map<Key, ShopEvent[]>();
  for (const event of events) groups.set(keyOf(event), [...(groups.get(keyOf(event)) ?? []), event]);
  return groups;
}
