-- The keys under which payloads in Temporal are encrypted, one a journey, each wrapped by a master key that no store holds.
-- Deleting a row makes everything that was encrypted under its key unreadable, in backups of Temporal too.
CREATE TABLE journey_keys (
  -- Named in each payload.
  key_id          uuid PRIMARY KEY,
  -- A pseudonym; `system` for the workflows that are nobody's.
  journey_id      text NOT NULL UNIQUE,
  master_key_id   text NOT NULL,
  wrapped_key     bytea NOT NULL,
  created_at      timestamptz NOT NULL DEFAULT now()
);
