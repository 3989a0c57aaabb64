-- Two tables that grew for ever get a bound.

-- When the key was last known to be needed, to the hour: asked for to encrypt, or found to have a run in Temporal. A key may go
-- when that is long ago and Temporal, asked again, knows no run of the journey.
ALTER TABLE journey_keys ADD COLUMN needed_at timestamptz NOT NULL DEFAULT now();

INSERT INTO retention (table_name, time_column, days) VALUES
  ('journey_keys', 'needed_at', 7),
  ('replayed_dead_letters', 'begun_at', 400);

-- Deletes those of the given keys that still are expired: one that was asked for in this moment is not. Keys that somebody
-- works with are left for the next time; the one for the workflows that are nobody's stays.
CREATE FUNCTION delete_unused_keys(keys uuid[]) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
DECLARE deleted integer;
BEGIN
  DELETE FROM journey_keys WHERE key_id = ANY (ARRAY(
    SELECT key_id FROM journey_keys
    WHERE key_id = ANY (keys) AND journey_id <> 'system'
      AND needed_at < (SELECT kept_since FROM retention WHERE table_name = 'journey_keys')
    FOR UPDATE SKIP LOCKED));
  GET DIAGNOSTICS deleted = ROW_COUNT;
  RETURN deleted;
END $$;
REVOKE EXECUTE ON FUNCTION delete_unused_keys FROM PUBLIC;

-- As before, and with two tables more.
CREATE OR REPLACE FUNCTION delete_expired(expired_table text, most integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
DECLARE
  kept record;
  relation text;
  condition text := '';
  deleted integer;
  total integer := 0;
BEGIN
  -- Their age alone does not say so: whoever can ask Temporal calls delete_unused_keys. An older program calls this.
  IF expired_table = 'journey_keys' THEN RETURN 0; END IF;
  SELECT * INTO STRICT kept FROM retention WHERE table_name = expired_table;
  IF expired_table = 'identities' THEN
    -- A session that still is somebody's visit is not forgotten, however long it is known.
    condition := 'AND NOT EXISTS (SELECT FROM events e WHERE e.journey_id = expired.session_id)';
  ELSIF expired_table = 'replayed_dead_letters' THEN
    -- Dead letters are kept for as long as events at most: none comes back twice while it is there. A replay that was broken
    -- off is settled by the next one.
    condition := 'AND replayed_at IS NOT NULL AND begun_at < events_kept_since()';
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
