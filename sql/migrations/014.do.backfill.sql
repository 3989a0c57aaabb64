-- Backfilled events are in the record and in the sessions, and no journey is told of them.
ALTER TABLE events ADD COLUMN backfilled boolean NOT NULL DEFAULT false;
COMMENT ON COLUMN events.backfilled IS
  'brought by aisle backfill; false again once the same event comes live';

-- The same view, with the new column behind the others.
CREATE OR REPLACE VIEW actor_events AS
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

-- Dead letters that were brought back. A letter is named by the place of its message and the message's time: a topic that
-- is deleted and made again counts its offsets from zero.
CREATE TABLE replayed_dead_letters (
  topic           text NOT NULL,
  partition       integer NOT NULL,
  "offset"        bigint NOT NULL,
  appended_at     timestamptz NOT NULL,
  -- Where the log ended when the message was about to be sent, by partition: after a crash it is looked for from here.
  sent_behind     jsonb NOT NULL,
  repaired        boolean NOT NULL,
  begun_at        timestamptz NOT NULL DEFAULT now(),
  -- Null between the two: the message may have been sent, and may not.
  replayed_at     timestamptz,
  PRIMARY KEY (topic, partition, "offset", appended_at)
);
