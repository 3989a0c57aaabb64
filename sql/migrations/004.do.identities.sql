-- Who a visitor turned out to be. The record lane notes the first user that a client session shows.

-- Where the event lies on the topic: a journey that reads events from the record drops by it what a letter has brought.
ALTER TABLE events ADD COLUMN source_partition integer, ADD COLUMN source_offset bigint;

CREATE TABLE identities (
  session_id      text PRIMARY KEY,
  user_id         text NOT NULL,
  -- The time of the first event, in the order of recording, that showed both.
  known_since     timestamptz NOT NULL,
  -- From the time at which the session shows a second user it is a shared device: what comes then without a user is nobody's.
  until           timestamptz NOT NULL DEFAULT 'infinity',
  changed_by      xid8 NOT NULL DEFAULT pg_current_xact_id()
);
CREATE INDEX identities_user ON identities (user_id);
-- What a roll-up has to recompute.
CREATE INDEX identities_changed_by ON identities (changed_by);

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

-- An alert is told to the topic by whoever writes it first; a crash before this is noted tells it again.
ALTER TABLE alerts ADD COLUMN published_at timestamptz;
