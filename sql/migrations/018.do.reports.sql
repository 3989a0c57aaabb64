-- What the reports share.

-- A time in words: how long ago (`90s`, `30m`, `24h`, `7d`, `2w`), `now`, or a time, which is in UTC where it says nothing else.
CREATE FUNCTION report_time(words text) RETURNS timestamptz
  LANGUAGE sql STABLE PARALLEL SAFE
  SET TimeZone = 'UTC'
AS $$
  SELECT CASE
    WHEN words ~ '^\s*[0-9.]+\s*[a-z]+\s*$' THEN now() - words::interval
    ELSE words::timestamptz
  END
$$;
