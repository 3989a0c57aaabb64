-- The record by UTC day: a day is made ahead or when its first event comes, and dropped whole when its time is over.

-- How long each table keeps its rows. The days are those of RETENTION_DAYS, written by `aisle migrate` and by each run of
-- the retention workflow. A migration that adds a table whose rows grow old adds its row here and to
-- settings/retention-days.ts; the rest follows.
CREATE TABLE retention (
  table_name      text PRIMARY KEY,
  -- The column that says how old a row is.
  time_column     text NOT NULL,
  days            integer NOT NULL CHECK (days BETWEEN 1 AND 36500),
  -- What is older may be gone in part. It is set before anything is dropped, and never goes back: where more days are
  -- wanted, what is gone stays gone.
  kept_since      timestamptz NOT NULL DEFAULT '-infinity'
);
INSERT INTO retention (table_name, time_column, days) VALUES
  ('events', 'timestamp', 90),
  ('user_sessions', 'start_time', 400),
  ('user_activity', 'window_end_time', 90),
  ('carts', 'opened_at', 400),
  ('funnel_steps', 'reached_at', 400),
  ('purchases', 'purchased_at', 400),
  ('abandonments', 'abandoned_at', 400),
  ('alerts', 'timestamp', 400),
  ('journey_segments', 'since', 400),
  ('system_metrics', 'timestamp', 90),
  ('identities', 'known_since', 400);

-- A roll-up makes, corrects and deletes nothing that begins before this: its events are gone, or half of them are, and
-- what was computed while they were there stays. Every statement over the record that recomputes rows asks it.
CREATE FUNCTION events_kept_since() RETURNS timestamptz
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
  SELECT kept_since FROM retention WHERE table_name = 'events';
END;

DROP VIEW actor_events;
DROP VIEW pageviews;
ALTER TABLE events RENAME TO events_of_all_days;
ALTER TABLE events_of_all_days RENAME CONSTRAINT events_pkey TO events_of_all_days_pkey;
DROP INDEX events_journey, events_recorded_by, events_checkout_views;

-- Columns of fixed width come first: no bytes are lost to alignment, and the times are found without reading the texts.
CREATE TABLE events (
  "timestamp"     timestamptz NOT NULL,
  recorded_at     timestamptz NOT NULL DEFAULT now(),
  -- Which transaction wrote the row: what a roll-up has read can be told exactly, without clocks.
  recorded_by     xid8 NOT NULL DEFAULT pg_current_xact_id(),
  time_clamped    boolean NOT NULL DEFAULT false,
  -- A robot's user agent stands in the event.
  bot             boolean NOT NULL DEFAULT false,
  -- Where the event lies on the topic: a journey that reads events from the record drops by it what a letter has brought.
  source_partition integer,
  source_offset   bigint,
  load_time       double precision,
  event_id        text NOT NULL,
  -- The pseudonym of the actor: the user's, or for a visitor the session's.
  journey_id      text NOT NULL,
  user_id         text,
  session_id      text,
  action          text NOT NULL,
  page            text,
  referrer        text,
  device_type     text,
  browser         text,
  os              text,
  items           jsonb,
  value           numeric(14, 2),
  currency        text,
  order_id        text,
  properties      jsonb
) PARTITION BY RANGE ("timestamp");

-- An event's id is its key within a day: an event that is delivered again has the time that it had, and so comes to the
-- same day. No index spans the days, as every insert would then touch pages of all of them, and no day could be dropped
-- at once. Each day has its own primary key, and `ON CONFLICT DO NOTHING` without a target heeds it.

-- Whatever belongs to no day that there is: older than what is kept, or far ahead.
CREATE TABLE events_default PARTITION OF events (PRIMARY KEY (event_id)) DEFAULT;

-- The one case in which a redelivered event has another time: its clock was far ahead and it got the time of its arrival.
-- An insert leaves out what is found here, so that the first arrival stays. Kept as long as events are.
CREATE TABLE clamped_events (
  event_id        text PRIMARY KEY,
  "timestamp"     timestamptz NOT NULL
);

-- Makes one day's partition, with the rows of that day that lie in the default partition. Nothing if it is there.
CREATE FUNCTION make_event_day(day date) RETURNS boolean
LANGUAGE plpgsql SET search_path = public, pg_temp
AS $$
DECLARE
  partition text := 'events_' || to_char(day, 'YYYYMMDD');
  day_start timestamptz := day::timestamp AT TIME ZONE 'UTC';
  day_end timestamptz := (day + 1)::timestamp AT TIME ZONE 'UTC';
BEGIN
  IF to_regclass(partition) IS NOT NULL THEN RETURN false; END IF;
  -- One at a time, and nobody writes to the default partition between the move of its rows and the end. Writers and
  -- readers of other days go on.
  LOCK TABLE ONLY events IN SHARE UPDATE EXCLUSIVE MODE;
  IF to_regclass(partition) IS NOT NULL THEN RETURN false; END IF;
  LOCK TABLE events_default IN ACCESS EXCLUSIVE MODE;
  EXECUTE format('CREATE TABLE %I (LIKE events INCLUDING ALL EXCLUDING INDEXES, PRIMARY KEY (event_id))', partition);
  -- Both have the columns in one order: both are made from `events`, or changed through it.
  EXECUTE format(
    'WITH moved AS (DELETE FROM events_default WHERE "timestamp" >= $1 AND "timestamp" < $2 RETURNING *)
     INSERT INTO %I SELECT * FROM moved', partition)
  USING day_start, day_end;
  EXECUTE format('ALTER TABLE events ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', partition, day_start, day_end);
  RETURN true;
END $$;

-- Makes the days from the first to the last that are missing and gives their number: those that are kept, and no more
-- than a week ahead. An event of any other day goes to the default partition, so that wrong clocks make no partitions.
-- Whoever writes events calls it before the first event of a day. Runs with its owner's rights, as does what drops.
CREATE FUNCTION ensure_event_days(first_day date, last_day date) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
-- A reader that takes long must not hold up everybody who queues behind the lock.
SET lock_timeout = '3s'
AS $$
DECLARE
  today date := (now() AT TIME ZONE 'UTC')::date;
  oldest date := today - (SELECT days FROM retention WHERE table_name = 'events');
  made integer := 0;
BEGIN
  FOR offset_days IN 0 .. least(last_day, today + 7) - greatest(first_day, oldest) LOOP
    IF make_event_day(greatest(first_day, oldest) + offset_days) THEN made := made + 1; END IF;
  END LOOP;
  RETURN made;
END $$;

-- The events that there are, each to its day; what is beyond the newest thousand days to the default partition.
DO $$
DECLARE day date;
BEGIN
  FOR day IN
    SELECT DISTINCT ("timestamp" AT TIME ZONE 'UTC')::date FROM events_of_all_days WHERE isfinite("timestamp")
    ORDER BY 1 DESC LIMIT 1000
  LOOP
    PERFORM make_event_day(day);
  END LOOP;
END $$;
INSERT INTO events (
  event_id, "timestamp", time_clamped, journey_id, user_id, session_id, action, page, referrer, device_type, browser, os,
  load_time, items, value, currency, order_id, properties, recorded_at, recorded_by, source_partition, source_offset, bot)
SELECT
  event_id, "timestamp", time_clamped, journey_id, user_id, session_id, action, page, referrer, device_type, browser, os,
  load_time, items, value, currency, order_id, properties, recorded_at, recorded_by, source_partition, source_offset, bot
FROM events_of_all_days;
INSERT INTO clamped_events SELECT event_id, "timestamp" FROM events_of_all_days WHERE time_clamped;
DROP TABLE events_of_all_days;

-- A user's events in time: the question about a user's silence, roll-ups of a user, a journey's reading.
CREATE INDEX events_journey ON events (journey_id, "timestamp");
-- What was recorded since the last roll-up.
CREATE INDEX events_recorded_by ON events (recorded_by);
-- The views of checkout pages, few among all events: measured by each roll-up.
CREATE INDEX events_checkout_views ON events ("timestamp")
  WHERE action = 'pageview' AND load_time IS NOT NULL AND lower(page) LIKE '/checkout%';
-- A part of a day, as every report with `--since` asks. Events come nearly in the order of their times, so that one entry
-- for 32 pages finds them, and an insert pays nothing for it.
CREATE INDEX events_timestamp ON events USING brin ("timestamp") WITH (pages_per_range = 32, autosummarize = on);

-- Revenue, average order value, attribution and cohorts: purchases of a period.
CREATE INDEX purchases_purchased_at ON purchases (purchased_at);
-- Abandoned and recovered revenue of a period.
CREATE INDEX abandonments_abandoned_at ON abandonments (abandoned_at);
-- The carts of a period and what became of them.
CREATE INDEX carts_opened_at ON carts (opened_at);
-- The ordered funnel and the hourly conversion of a period.
CREATE INDEX funnel_steps_reached_at ON funnel_steps (reached_at);

SELECT ensure_event_days((now() AT TIME ZONE 'UTC')::date, (now() AT TIME ZONE 'UTC')::date + 3);
ANALYZE events;

CREATE VIEW pageviews AS
  SELECT event_id, "timestamp", user_id, session_id, page, device_type, load_time, bot
  FROM events
  WHERE action = 'pageview';

-- Every event under the journey that it counts for: a visitor's events are the user's, once it is known who that is.
CREATE VIEW actor_events AS
  SELECT e.journey_id AS actor_id, e.*
  FROM events e
  WHERE NOT (
    e.user_id IS NULL
    AND EXISTS (SELECT FROM identities i WHERE i.session_id = e.journey_id AND e."timestamp" < i.until)
  )
  UNION ALL
  SELECT i.user_id AS actor_id, e.*
  FROM identities i
  JOIN events e ON e.journey_id = i.session_id AND e.user_id IS NULL AND e."timestamp" < i.until;

-- What lies in the default partition and belongs to a day that is kept gets its day: at most a hundred of them. Programs
-- of an earlier release make no days, and more days may be kept than before.
CREATE FUNCTION empty_default_partition() RETURNS integer
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
  SELECT coalesce(sum(ensure_event_days(day, day)), 0)::integer
  FROM (
    SELECT DISTINCT ("timestamp" AT TIME ZONE 'UTC')::date AS day
    FROM events_default, retention
    WHERE table_name = 'events' AND "timestamp" >= date_trunc('day', now(), 'UTC') - make_interval(days => days)
      AND "timestamp" < now() + interval '7 days'
    ORDER BY day
    LIMIT 100
  ) AS days
$$;

-- Autovacuum measures each day and never the whole, of which the planner would know nothing.
CREATE FUNCTION measure_events() RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$ BEGIN ANALYZE ONLY events; END $$;

-- Drops up to so many of the oldest days that lie wholly before what is kept; gives how many. A drop waits for whoever reads
-- and holds up whoever comes after, so that it does not wait for long: it fails, and is tried again.
CREATE FUNCTION drop_expired_event_days(most integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET lock_timeout = '500ms'
AS $$
DECLARE
  partition text;
  dropped integer := 0;
BEGIN
  FOR partition IN
    SELECT c.relname
    FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
    WHERE i.inhparent = 'events'::regclass AND c.relname ~ '^events_\d{8}$'
      AND (to_date(right(c.relname, 8), 'YYYYMMDD') + 1)::timestamp AT TIME ZONE 'UTC' <= events_kept_since()
    ORDER BY c.relname
    LIMIT most
  LOOP
    EXECUTE format('DROP TABLE %I', partition);
    dropped := dropped + 1;
  END LOOP;
  RETURN dropped;
END $$;

-- Deletes up to so many rows that are older than what their table keeps; gives how many. Rows that somebody works with are
-- left for the next time. Of the record it deletes what lies in no day; the days themselves are dropped.
CREATE FUNCTION delete_expired(expired_table text, most integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
DECLARE
  kept record;
  relation text;
  condition text := '';
  deleted integer;
  total integer := 0;
BEGIN
  SELECT * INTO STRICT kept FROM retention WHERE table_name = expired_table;
  IF expired_table = 'identities' THEN
    -- A session that still is somebody's visit is not forgotten, however long it is known.
    condition := 'AND NOT EXISTS (SELECT FROM events e WHERE e.journey_id = expired.session_id)';
  END IF;
  FOREACH relation IN ARRAY
    CASE expired_table WHEN 'events' THEN '{events_default,clamped_events}' ELSE ARRAY[expired_table] END
  LOOP
    EXECUTE format(
      'DELETE FROM %1$I WHERE ctid = ANY (ARRAY(
         SELECT ctid FROM %1$I AS expired WHERE %2$I < $1 %3$s LIMIT $2 FOR UPDATE SKIP LOCKED))',
      relation, kept.time_column, condition)
    USING kept.kept_since, most - total;
    GET DIAGNOSTICS deleted = ROW_COUNT;
    total := total + deleted;
  END LOOP;
  RETURN total;
END $$;

-- They act with their owner's rights: only who is granted them may call them.
REVOKE EXECUTE ON FUNCTION make_event_day, ensure_event_days, empty_default_partition, measure_events,
  drop_expired_event_days, delete_expired FROM PUBLIC;
