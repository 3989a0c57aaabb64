-- What became of an abandonment's alert. `suppressed` stays as it was: true for the cool-down alone.
-- The default is for a worker of the release before, which does not write the column while it is being replaced.

ALTER TABLE abandonments
  ADD COLUMN alert text NOT NULL DEFAULT 'said' CHECK (alert IN ('said', 'suppressed', 'held', 'dropped'));

UPDATE abandonments SET alert = 'suppressed' WHERE suppressed;

COMMENT ON COLUMN abandonments.alert IS
  'said; suppressed by the cool-down; held back by the quiet hours so far; dropped, as the user came back before they ended';
