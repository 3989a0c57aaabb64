-- What the reports share.

-- A time in words: how long ago (`90s`, `30m`, `24h`, `7d`, `2w`), `now`, or a time, which is in UTC where it says nothing else.
CREATE FUNCTION report_time(words text) RETURNS timestamptz
  LANGUAGE sql STABLE PARALLEL SAFE
  SET TimeZone = 'UTC'
AS $$
  SELECT CASE
    WHEN words ~ '^\s*[0-9.]+\s*[a-z]+\s*$' THEN now() - words::interval
    ELSE words::timestamptz
  END
$$;

-- When the actor's events first show the step within a time; NULL where they do not. A session keeps the first time of each step:
-- this is for a step that is shown again.
CREATE FUNCTION step_shown(actor text, step funnel_step, since timestamptz, until timestamptz) RETURNS timestamptz
  LANGUAGE sql STABLE PARALLEL SAFE
AS $$
  SELECT min("timestamp")
  FROM actor_events
  WHERE actor_id = $1 AND "timestamp" BETWEEN $3 AND $4 AND step_of(action, page) = $2
$$;

-- Every order under the journey that it counts for, once: what a visitor bought is the user's, once it is known who that is.
CREATE VIEW actor_orders AS
  SELECT coalesce(i.user_id, o.journey_id) AS actor_id, o.order_key, o.purchased_at, o.value, o.currency, o.items, o.bot
  FROM orders o
  LEFT JOIN identities i ON i.session_id = o.journey_id AND o.purchased_at < i.until
  WHERE i.user_id IS NULL
    OR NOT EXISTS (SELECT FROM orders known WHERE known.journey_id = i.user_id AND known.order_key = o.order_key);
