-- The record: every event, once. The record lane writes it straight from Kafka.

CREATE TABLE events (
  event_id        text PRIMARY KEY,
  "timestamp"     timestamptz NOT NULL,
  time_clamped    boolean NOT NULL DEFAULT false,
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
  load_time       double precision,
  items           jsonb,
  value           numeric(14, 2),
  currency        text,
  order_id        text,
  properties      jsonb,
  recorded_at     timestamptz NOT NULL DEFAULT now(),
  -- Which transaction wrote the row: what a roll-up has read can be told exactly, without clocks.
  recorded_by     xid8 NOT NULL DEFAULT pg_current_xact_id()
);

-- A user's events in time: the question about a user's silence, roll-ups of a user, a journey's reading.
CREATE INDEX events_journey ON events (journey_id, "timestamp");
-- What was recorded since the last roll-up.
CREATE INDEX events_recorded_by ON events (recorded_by);

CREATE VIEW pageviews AS
  SELECT event_id, "timestamp", user_id, session_id, page, device_type, load_time
  FROM events
  WHERE action = 'pageview';

-- How far the record lane has read each partition: everything the broker appended before `read_until` is recorded.
CREATE TABLE record_progress (
  topic           text NOT NULL,
  partition       integer NOT NULL,
  read_until      timestamptz NOT NULL,
  PRIMARY KEY (topic, partition)
);
