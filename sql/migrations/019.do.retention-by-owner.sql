-- How long rows are kept is set by `aisle migrate` alone, with its owner's rights. The retention workflow moves the bound of
-- each table on to where its days put it, and no further: so whoever has got hold of the writer cannot drop the record.
CREATE FUNCTION advance_retention() RETURNS SETOF text
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
  UPDATE retention
  SET kept_since = greatest(kept_since, ((now() AT TIME ZONE 'UTC')::date - days)::timestamp AT TIME ZONE 'UTC')
  RETURNING table_name
$$;

REVOKE EXECUTE ON FUNCTION advance_retention FROM PUBLIC;
