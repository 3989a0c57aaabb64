-- Brings the sessions of every journey up to date with the events recorded by transactions from $1 to before $2.
-- $3: the gap that ends a session, in seconds. A run of events longer than 24 h is cut every 24 h from its first event.
-- $4: whether a session that only goes on may be added to; what else is touched is recomputed.
-- $5: journeys to recompute as a whole, whether there is news of them or not.
-- Gives the same rows in either way, and however often it runs; late events correct the sessions they belong to.
-- A visitor's events count for the user who the visitor turned out to be: a new identity touches both.
-- What began before the record's oldest event that is kept stays as it is: it could only be recomputed in part.
WITH kept AS MATERIALIZED (
  SELECT derived_since('user_sessions') AS since
),
news AS MATERIALIZED (
  SELECT
    coalesce(
      CASE WHEN e.user_id IS NULL THEN
        (SELECT i.user_id FROM identities i WHERE i.session_id = e.journey_id AND e."timestamp" < i.until)
      END,
      e.journey_id) AS actor_id,
    e.event_id, e."timestamp", e.session_id, e.user_id, e.action, e.page, e.referrer, e.device_type, e.os, e.browser,
    e.value, e.currency, e.order_id, e.bot
  FROM events e
  WHERE e.recorded_by >= $1::xid8 AND e.recorded_by < $2::xid8 AND e."timestamp" >= (SELECT since FROM kept)
),
identified AS MATERIALIZED (
  SELECT either.journey_id, min(e."timestamp") AS since, max(e."timestamp") AS until
  FROM identities i
  CROSS JOIN LATERAL (
    SELECT "timestamp" FROM events
    WHERE journey_id = i.session_id AND "timestamp" >= (SELECT since FROM kept)
    OFFSET 0
  ) AS e
  CROSS JOIN LATERAL (VALUES (i.user_id), (i.session_id)) AS either(journey_id)
  WHERE i.changed_by >= $1::xid8 AND i.changed_by < $2::xid8
  GROUP BY either.journey_id
),
arrivals AS MATERIALIZED (
  SELECT actor_id, min("timestamp") AS since, max("timestamp") AS until, max(pause) AS longest_pause
  FROM (SELECT actor_id, "timestamp", "timestamp" - lag("timestamp") OVER in_time AS pause
        FROM news WINDOW in_time AS (PARTITION BY actor_id ORDER BY "timestamp")) AS spaced
  GROUP BY actor_id
),
-- Journeys whose latest session goes on, with news that all came after its last event: the news are added to its row.
ongoing AS MATERIALIZED (
  SELECT latest.*
  FROM arrivals a
  CROSS JOIN LATERAL (
    SELECT * FROM user_sessions s WHERE s.journey_id = a.actor_id ORDER BY s.start_time DESC LIMIT 1
  ) AS latest
  WHERE $4::boolean
    AND a.since > latest.end_time
    AND a.since <= latest.end_time + make_interval(secs => $3)
    AND (a.longest_pause IS NULL OR a.longest_pause <= make_interval(secs => $3))
    AND date_part('day', a.until - latest.run_start_time) = date_part('day', latest.start_time - latest.run_start_time)
    AND NOT EXISTS (SELECT FROM identified i WHERE i.journey_id = a.actor_id)
    AND a.actor_id <> ALL ($5::text[])
),
touched AS (
  SELECT journey_id, min(since) AS since, max(until) AS until
  FROM (
    SELECT actor_id AS journey_id, since, until FROM arrivals
    WHERE NOT EXISTS (SELECT FROM ongoing o WHERE o.journey_id = actor_id)
    UNION ALL
    SELECT * FROM identified
    UNION ALL
    SELECT whole.journey_id, kept.since, 'infinity' FROM unnest($5::text[]) AS whole(journey_id), kept
  ) AS each
  GROUP BY journey_id
),
-- The runs that the touched events may belong to, or join, from end to end: what lies outside stays as it is.
scope AS MATERIALIZED (
  SELECT t.journey_id, greatest(least(t.since, runs.since), runs.closed_until + interval '1 microsecond') AS since,
    greatest(t.until, runs.until) AS until
  FROM touched t
  CROSS JOIN LATERAL (
    SELECT
      min(whole.start_time) FILTER (WHERE whole.run_start_time >= (SELECT since FROM kept)) AS since,
      max(whole.end_time) FILTER (WHERE whole.run_start_time < (SELECT since FROM kept)) AS closed_until,
      max(whole.end_time) AS until
    FROM user_sessions near
    JOIN user_sessions whole ON whole.journey_id = near.journey_id
      AND whole.run_start_time = near.run_start_time AND whole.start_time >= near.run_start_time
    WHERE near.journey_id = t.journey_id
      AND near.start_time >= t.since - make_interval(secs => $3) - interval '24 hours'
      AND near.start_time <= t.until + make_interval(secs => $3)
      AND near.end_time >= t.since - make_interval(secs => $3)
  ) AS runs
),
spaced AS (
  SELECT e.*, e."timestamp" - lag(e."timestamp") OVER in_time <= make_interval(secs => $3) AS goes_on
  FROM scope
  CROSS JOIN LATERAL (
    SELECT e.actor_id, e.event_id, e."timestamp", e.session_id, e.user_id, e.action, e.page, e.referrer, e.device_type,
      e.os, e.browser, e.value, e.currency, e.order_id, e.bot
    FROM actor_events_between(scope.journey_id, scope.since, scope.until, $2::xid8) AS e
  ) AS e
  WINDOW in_time AS (PARTITION BY e.actor_id ORDER BY e."timestamp", e.event_id)
),
runs AS (
  SELECT *, count(*) FILTER (WHERE goes_on IS NOT TRUE)
    OVER (PARTITION BY actor_id ORDER BY "timestamp", event_id) AS run
  FROM spaced
),
cut AS MATERIALIZED (
  -- The days between two times are full 24 hours.
  SELECT *, step_of(action, page) AS step, date_part('day', "timestamp" - run_start_time) AS part
  FROM (
    SELECT *, min("timestamp") OVER (PARTITION BY actor_id, run) AS run_start_time FROM runs
    UNION ALL
    SELECT news.*, true, 0, ongoing.run_start_time FROM news JOIN ongoing ON ongoing.journey_id = news.actor_id
  ) AS all_events
),
-- Each order once, by its id, and each refund.
deals AS (
  SELECT DISTINCT ON (
      cut.actor_id, cut.run, cut.part, cut.action, cut.order_id,
      CASE WHEN cut.action = 'refund' OR cut.order_id IS NULL THEN cut.event_id END)
    cut.*, before.currency AS known_currency
  FROM cut
  LEFT JOIN ongoing before ON before.journey_id = cut.actor_id
  WHERE cut.action = 'refund'
     OR cut.action = 'purchase' AND (cut.order_id = ANY (before.order_ids)) IS NOT TRUE
  ORDER BY cut.actor_id, cut.run, cut.part, cut.action, cut.order_id,
    CASE WHEN cut.action = 'refund' OR cut.order_id IS NULL THEN cut.event_id END, cut."timestamp", cut.event_id
),
turnover AS (
  SELECT actor_id, run, part, max(session_currency) AS currency,
    count(*) FILTER (WHERE action = 'purchase') AS purchases,
    count(*) FILTER (WHERE action = 'refund') AS refunds,
    array_agg(order_id ORDER BY "timestamp", event_id) FILTER (WHERE action = 'purchase' AND order_id IS NOT NULL) AS order_ids,
    sum(value) FILTER (WHERE action = 'purchase' AND coalesce(currency = session_currency, true)) AS revenue,
    sum(value) FILTER (WHERE action = 'refund' AND coalesce(currency = session_currency, true)) AS refunded
  FROM (
    SELECT *, coalesce(known_currency, first_value(CASE WHEN value IS NOT NULL THEN currency END) OVER (
        PARTITION BY actor_id, run, part ORDER BY value IS NULL OR currency IS NULL, "timestamp", event_id
      )) AS session_currency
    FROM deals
  ) AS valued
  GROUP BY actor_id, run, part
),
seen AS (
  SELECT
    actor_id, run, part, run_start_time, min("timestamp") AS start_time, max("timestamp") AS end_time,
    (array_agg(session_id ORDER BY "timestamp", event_id) FILTER (WHERE session_id IS NOT NULL))[1] AS session_id,
    coalesce(max(user_id), CASE WHEN actor_id LIKE 'u%' THEN actor_id END) AS user_id,
    (array_agg(device_type ORDER BY "timestamp", event_id) FILTER (WHERE device_type IS NOT NULL))[1] AS device_type,
    (array_agg(os ORDER BY "timestamp", event_id) FILTER (WHERE os IS NOT NULL))[1] AS os,
    (array_agg(browser ORDER BY "timestamp", event_id) FILTER (WHERE browser IS NOT NULL))[1] AS browser,
    count(*) AS events,
    count(*) FILTER (WHERE action = 'pageview') AS pageviews,
    (array_agg(page ORDER BY "timestamp", event_id) FILTER (WHERE action = 'pageview'))[1] AS entry_page,
    (array_agg(page ORDER BY "timestamp" DESC, event_id DESC) FILTER (WHERE action = 'pageview'))[1] AS exit_page,
    (array_agg(referrer ORDER BY "timestamp", event_id) FILTER (WHERE referrer IS NOT NULL))[1] AS referrer,
    bool_or(bot) AS bot,
    count(*) FILTER (WHERE action = 'click') AS clicks,
    count(*) FILTER (WHERE action = 'scroll') AS scrolls,
    count(*) FILTER (WHERE action = 'form_submit') AS form_submits,
    count(*) FILTER (WHERE action = 'video_play') AS video_plays,
    count(*) FILTER (WHERE action = 'view_item') AS view_items,
    count(*) FILTER (WHERE action = 'add_to_cart') AS add_to_carts,
    count(*) FILTER (WHERE action = 'remove_from_cart') AS remove_from_carts,
    count(*) FILTER (WHERE action = 'begin_checkout') AS begin_checkouts,
    count(*) FILTER (WHERE action = 'login') AS logins,
    max(step) AS furthest_step,
    min("timestamp") FILTER (WHERE step = 'product') AS product_at,
    min("timestamp") FILTER (WHERE step = 'cart') AS cart_at,
    min("timestamp") FILTER (WHERE step = 'checkout') AS checkout_at,
    min("timestamp") FILTER (WHERE step = 'purchase') AS purchase_at,
    (array_agg(page ORDER BY "timestamp", event_id) FILTER (WHERE page IS NOT NULL))[1] AS landed_on,
    (array_agg(referrer ORDER BY "timestamp", event_id) FILTER (WHERE page IS NOT NULL))[1] AS landed_from
  FROM cut
  GROUP BY actor_id, run, run_start_time, part
),
-- A row that goes on keeps what its first events said; without one everything is new.
sessions AS MATERIALIZED (
  SELECT
    seen.actor_id AS journey_id,
    coalesce(before.start_time, seen.start_time) AS start_time,
    seen.end_time,
    seen.run_start_time,
    coalesce(before.session_id, seen.session_id) AS session_id,
    coalesce(before.user_id, seen.user_id) AS user_id,
    coalesce(before.device_type, seen.device_type) AS device_type,
    coalesce(before.os, seen.os) AS os,
    coalesce(before.browser, seen.browser) AS browser,
    coalesce(before.events, 0) + seen.events AS events,
    coalesce(before.pageviews, 0) + seen.pageviews AS pageviews,
    CASE WHEN before.pageviews > 0 THEN before.entry_page ELSE seen.entry_page END AS entry_page,
    CASE WHEN seen.pageviews > 0 THEN seen.exit_page ELSE before.exit_page END AS exit_page,
    coalesce(before.referrer, seen.referrer) AS referrer,
    coalesce(before.bot, false) OR seen.bot AS bot,
    coalesce(before.clicks, 0) + seen.clicks AS clicks,
    coalesce(before.scrolls, 0) + seen.scrolls AS scrolls,
    coalesce(before.form_submits, 0) + seen.form_submits AS form_submits,
    coalesce(before.video_plays, 0) + seen.video_plays AS video_plays,
    coalesce(before.view_items, 0) + seen.view_items AS view_items,
    coalesce(before.add_to_carts, 0) + seen.add_to_carts AS add_to_carts,
    coalesce(before.remove_from_carts, 0) + seen.remove_from_carts AS remove_from_carts,
    coalesce(before.begin_checkouts, 0) + seen.begin_checkouts AS begin_checkouts,
    coalesce(before.logins, 0) + seen.logins AS logins,
    greatest(before.furthest_step, seen.furthest_step) AS furthest_step,
    coalesce(before.product_at, seen.product_at) AS product_at,
    coalesce(before.cart_at, seen.cart_at) AS cart_at,
    coalesce(before.checkout_at, seen.checkout_at) AS checkout_at,
    coalesce(before.purchase_at, seen.purchase_at) AS purchase_at,
    coalesce(before.purchases, 0) + coalesce(turnover.purchases, 0) AS purchases,
    coalesce(before.order_ids, '{}') || coalesce(turnover.order_ids, '{}') AS order_ids,
    coalesce(before.revenue, 0) + coalesce(turnover.revenue, 0) AS revenue,
    coalesce(before.refunds, 0) + coalesce(turnover.refunds, 0) AS refunds,
    coalesce(before.refunded, 0) + coalesce(turnover.refunded, 0) AS refunded,
    coalesce(before.currency, turnover.currency) AS currency,
    origin.*
  FROM seen
  LEFT JOIN ongoing before ON before.journey_id = seen.actor_id
  LEFT JOIN turnover USING (actor_id, run, part)
  CROSS JOIN LATERAL (
    SELECT before.landing_page, before.source, before.utm_source, before.utm_medium, before.utm_campaign
    WHERE before.landing_page IS NOT NULL
    UNION ALL
    SELECT path_of(landed_on), source_of(landed_on, CASE WHEN landed_on IS NOT NULL THEN landed_from END),
      utm_parameter(origin_of(landed_on, landed_from), 'utm_source'),
      utm_parameter(origin_of(landed_on, landed_from), 'utm_medium'),
      utm_parameter(origin_of(landed_on, landed_from), 'utm_campaign')
    WHERE before.landing_page IS NULL
  ) AS origin
),
-- Two sessions that a late event has joined are one now; a visitor's may be a user's.
outdated AS (
  DELETE FROM user_sessions
  WHERE ctid = ANY (ARRAY(
    SELECT old.ctid
    FROM scope
    CROSS JOIN LATERAL (
      SELECT s.ctid, s.journey_id, s.start_time FROM user_sessions s
      WHERE s.journey_id = scope.journey_id AND s.start_time BETWEEN scope.since AND scope.until
      OFFSET 0
    ) AS old
    WHERE NOT EXISTS (
      SELECT FROM sessions s WHERE s.journey_id = old.journey_id AND s.start_time = old.start_time
    )
  ))
  RETURNING user_sessions AS before
),
written AS (
  INSERT INTO user_sessions AS kept (
    journey_id, start_time, end_time, run_start_time, session_id, user_id, device_type, os, browser, events, pageviews,
    entry_page, exit_page, referrer, bot, clicks, scrolls, form_submits, video_plays, view_items, add_to_carts,
    remove_from_carts, begin_checkouts, logins, furthest_step, product_at, cart_at, checkout_at, purchase_at, purchases,
    order_ids, revenue, refunds, refunded, currency, landing_page, source, utm_source, utm_medium, utm_campaign
  )
  SELECT * FROM sessions
  ON CONFLICT (journey_id, start_time) DO UPDATE SET (
    end_time, run_start_time, session_id, user_id, device_type, os, browser, events, pageviews,
    entry_page, exit_page, referrer, bot, clicks, scrolls, form_submits, video_plays, view_items, add_to_carts,
    remove_from_carts, begin_checkouts, logins, furthest_step, product_at, cart_at, checkout_at, purchase_at, purchases,
    order_ids, revenue, refunds, refunded, currency, landing_page, source, utm_source, utm_medium, utm_campaign
  ) = ROW (
    excluded.end_time, excluded.run_start_time, excluded.session_id, excluded.user_id, excluded.device_type, excluded.os,
    excluded.browser, excluded.events, excluded.pageviews, excluded.entry_page, excluded.exit_page, excluded.referrer,
    excluded.bot, excluded.clicks, excluded.scrolls, excluded.form_submits, excluded.video_plays, excluded.view_items,
    excluded.add_to_carts, excluded.remove_from_carts, excluded.begin_checkouts, excluded.logins, excluded.furthest_step,
    excluded.product_at, excluded.cart_at, excluded.checkout_at, excluded.purchase_at, excluded.purchases,
    excluded.order_ids, excluded.revenue, excluded.refunds, excluded.refunded, excluded.currency, excluded.landing_page,
    excluded.source, excluded.utm_source, excluded.utm_medium, excluded.utm_campaign
  )
  WHERE kept.* IS DISTINCT FROM excluded.*
  RETURNING old AS before, new AS after
),
-- What the rows before took part in is taken back, and what they take part in now is added.
changes AS (
  SELECT -1 AS sign, share.* FROM written CROSS JOIN LATERAL share_of(written.before) AS share
  WHERE (written.before).journey_id IS NOT NULL
  UNION ALL
  SELECT 1, share.* FROM written CROSS JOIN LATERAL share_of(written.after) AS share
  UNION ALL
  SELECT -1, share.* FROM outdated CROSS JOIN LATERAL share_of(outdated.before) AS share
),
summed AS (
  INSERT INTO hourly_funnel AS kept
  SELECT hour, device_type, source, currency, bot, sum(sign * sessions), sum(sign * bounces), sum(sign * pageviews),
    sum(sign * seconds), sum(sign * product_sessions), sum(sign * cart_sessions), sum(sign * checkout_sessions),
    sum(sign * purchase_sessions), sum(sign * purchases), sum(sign * revenue)
  FROM changes
  GROUP BY hour, device_type, source, currency, bot
  ON CONFLICT (hour, device_type, source, currency, bot) DO UPDATE SET
    sessions = kept.sessions + excluded.sessions,
    bounces = kept.bounces + excluded.bounces,
    pageviews = kept.pageviews + excluded.pageviews,
    seconds = kept.seconds + excluded.seconds,
    product_sessions = kept.product_sessions + excluded.product_sessions,
    cart_sessions = kept.cart_sessions + excluded.cart_sessions,
    checkout_sessions = kept.checkout_sessions + excluded.checkout_sessions,
    purchase_sessions = kept.purchase_sessions + excluded.purchase_sessions,
    purchases = kept.purchases + excluded.purchases,
    revenue = kept.revenue + excluded.revenue
  RETURNING kept.hour, kept.sessions
)
SELECT (SELECT count(*)::int FROM written) AS written,
  ARRAY(SELECT DISTINCT hour FROM summed WHERE sessions = 0) AS emptied_hours;
