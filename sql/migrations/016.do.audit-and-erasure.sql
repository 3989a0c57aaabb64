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
