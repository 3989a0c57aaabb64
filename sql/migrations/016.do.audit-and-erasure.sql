-- The audit log: who did what to whose data, and when. It outlives every erasure, so it may hold nothing personal.
CREATE TABLE audit_log (
  entry_id      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  written_at    timestamptz NOT NULL DEFAULT clock_timestamp(),
  -- Who asked for it, as far as the command or process can tell …
  actor         text NOT NULL CHECK (actor <> ''),
  -- … and the login under which it was written, which nobody can choose.
  database_role text NOT NULL DEFAULT session_user,
  -- Such as `erasure.requested`: an area and what happened in it.
  action        text NOT NULL CHECK (action ~ '^[a-z-]+\.[a-z-]+$'),
  -- What it concerns: a receipt, a rule's name, or a subject's reference, which tells nothing without the pseudonym key.
  subject       text NOT NULL,
  details       jsonb NOT NULL DEFAULT '{}',
  -- What is told again after a crash is written once.
  operation_id  text UNIQUE,
  CONSTRAINT audit_log_holds_no_pseudonym CHECK (
    (actor || ' ' || subject || ' ' || details::text || ' ' || coalesce(operation_id, '')) !~ '[us][0-9]+_[0-9a-f]{32}'
  )
);
CREATE INDEX audit_log_written_at ON audit_log (written_at);

CREATE FUNCTION refuse_change_of_audit_log() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the audit log is append-only: % is refused', TG_OP USING ERRCODE = 'insufficient_privilege';
END $$;

-- ALWAYS: replication roles and superusers included.
CREATE TRIGGER audit_log_is_append_only
  BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_log
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_audit_log();
ALTER TABLE audit_log ENABLE ALWAYS TRIGGER audit_log_is_append_only;

-- The way for every component to write an entry: with its owner's rights, so that no role needs any on the table.
CREATE FUNCTION write_audit_entry(actor text, action text, subject text, details jsonb, operation_id text)
RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
  INSERT INTO audit_log (actor, action, subject, details, operation_id)
  VALUES (actor, action, subject, details, operation_id)
  ON CONFLICT DO NOTHING
$$;

-- One erasure, from its request on. The receipt is what stays of it, without personal data.
CREATE TABLE erasures (
  -- Drawn at random.
  receipt_number  text PRIMARY KEY,
  requested_by    text NOT NULL,
  requested_at    timestamptz NOT NULL DEFAULT now(),
  completed_at    timestamptz,
  receipt         jsonb,
  CHECK ((completed_at IS NULL) = (receipt IS NULL))
);

-- Whose data an erasure under way is about; no row of it is left when it is completed.
CREATE TABLE erasure_subjects (
  receipt_number  text NOT NULL REFERENCES erasures,
  journey_id      text NOT NULL,
  -- Of a client session that several people used: only what came before this is the person's.
  until           timestamptz NOT NULL DEFAULT 'infinity',
  PRIMARY KEY (receipt_number, journey_id)
);

-- What an erasure under way has erased so far, counted in the transaction that erased it; no row is left at its end.
CREATE TABLE erasure_counts (
  receipt_number  text NOT NULL REFERENCES erasures,
  store           text NOT NULL,
  erased          bigint NOT NULL,
  PRIMARY KEY (receipt_number, store)
);

-- The Temporal runs that an erasure under way has found: each is verified to be gone, and counted once.
CREATE TABLE erasure_runs (
  receipt_number  text NOT NULL REFERENCES erasures,
  workflow_id     text NOT NULL,
  run_id          text NOT NULL,
  PRIMARY KEY (receipt_number, workflow_id, run_id)
);

-- The SHA-256 of a pseudonym: names a person for those who have the pseudonym key, and tells nothing to others.
CREATE FUNCTION subject_reference(pseudonym text) RETURNS text
  LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
  RETURN encode(sha256(convert_to(pseudonym, 'UTF8')), 'hex');

-- Who has been erased and may not come back: what happened to them before `until` is refused by every bridge and below.
CREATE TABLE suppressions (
  reference       text PRIMARY KEY,
  -- Infinity until somebody lifts the suppression. What happened before that stays refused for good.
  until           timestamptz NOT NULL,
  receipt_number  text NOT NULL REFERENCES erasures
);
CREATE INDEX suppressions_receipt ON suppressions (receipt_number);

-- Changes whenever `suppressions` does: one cheap question a few times a second keeps every bridge informed.
CREATE TABLE suppression_version (version bigint NOT NULL);
INSERT INTO suppression_version VALUES (1);

CREATE FUNCTION note_change_of_suppressions() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  UPDATE suppression_version SET version = version + 1;
  RETURN NULL;
END $$;
CREATE TRIGGER suppressions_changed AFTER INSERT OR UPDATE OR DELETE ON suppressions
  FOR EACH STATEMENT EXECUTE FUNCTION note_change_of_suppressions();

-- What a late, replayed or backfilled event, a roll-up or a journey's last breath writes of somebody who is suppressed is
-- gone before its statement ends. Behind the rows and not before them: the transaction has its number by then, so that an
-- erasure that waits for the transactions which may not have seen the suppression waits for this one too.
CREATE PROCEDURE refuse_suppressed(relation text, happened_at text, VARIADIC identities text[])
LANGUAGE plpgsql AS $make$
DECLARE
  name text := 'refuse_suppressed_' || relation;
  identity text;
  checks text := '';
BEGIN
  FOREACH identity IN ARRAY identities LOOP
    checks := checks || format($check$
      FOR refused IN
        SELECT who.pseudonym, s.until
        FROM (SELECT DISTINCT %2$s AS pseudonym FROM added) AS who
        JOIN suppressions s ON s.reference = subject_reference(who.pseudonym)
      LOOP
        DELETE FROM %1$I WHERE %2$s = refused.pseudonym AND %3$I < refused.until;
      END LOOP;$check$, relation, identity, happened_at);
  END LOOP;
  EXECUTE format($function$
    CREATE FUNCTION %1$I() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $body$
    DECLARE refused record;
    BEGIN
      IF NOT EXISTS (SELECT FROM suppressions) THEN RETURN NULL; END IF;
      %2$s
      RETURN NULL;
    END $body$
  $function$, name, checks);
  EXECUTE format(
    'CREATE TRIGGER %1$I AFTER INSERT ON %2$I REFERENCING NEW TABLE AS added
     FOR EACH STATEMENT EXECUTE FUNCTION %1$I()', name, relation);
END $make$;

-- The record's own guard finds the new rows by their transaction: with a transition table COPY would bring them to their
-- days one by one.
CREATE FUNCTION refuse_suppressed_events() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE refused record;
BEGIN
  IF NOT EXISTS (SELECT FROM suppressions) THEN RETURN NULL; END IF;
  FOR refused IN
    SELECT who.pseudonym, s.until
    FROM (SELECT DISTINCT journey_id AS pseudonym FROM events WHERE recorded_by = pg_current_xact_id()) AS who
    JOIN suppressions s ON s.reference = subject_reference(who.pseudonym)
  LOOP
    DELETE FROM events WHERE journey_id = refused.pseudonym AND "timestamp" < refused.until;
  END LOOP;
  RETURN NULL;
END $$;
CREATE TRIGGER refuse_suppressed_events AFTER INSERT ON events
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_suppressed_events();

CREATE INDEX alerts_journey ON alerts ((metadata ->> 'journey_id'));

CALL refuse_suppressed('funnel_steps', 'reached_at', 'journey_id');
CALL refuse_suppressed('carts', 'opened_at', 'journey_id');
CALL refuse_suppressed('purchases', 'purchased_at', 'journey_id');
CALL refuse_suppressed('orders', 'purchased_at', 'journey_id');
CALL refuse_suppressed('abandonments', 'abandoned_at', 'journey_id');
CALL refuse_suppressed('journey_segments', 'since', 'journey_id');
CALL refuse_suppressed('alerts', 'timestamp', '(metadata ->> ''journey_id'')');
CALL refuse_suppressed('user_sessions', 'start_time', 'journey_id');
CALL refuse_suppressed('user_activity', 'window_end_time', 'journey_id');
CALL refuse_suppressed('identities', 'known_since', 'user_id', 'session_id');
