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

-- An alert is told to the topic by whoever writes it first; a crash before this is noted tells it again.
ALTER TABLE alerts ADD COLUMN published_at timestamptz;
