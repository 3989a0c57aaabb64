-- Alert rules: what each evaluation found, and which did not take place.

CREATE TABLE rule_evaluations (
  rule_name       text NOT NULL,
  -- The end of the window that was measured.
  evaluated_at    timestamptz NOT NULL,
  -- NULL: there was nothing to measure, or `problem` says why it could not be.
  value           double precision,
  samples         bigint,
  problem         text,
  PRIMARY KEY (rule_name, evaluated_at)
);
-- What retention drops.
CREATE INDEX rule_evaluations_age ON rule_evaluations USING brin (evaluated_at);

CREATE TABLE rule_gaps (
  rule_name       text NOT NULL,
  -- The first and the last evaluation that were missed.
  gap_from        timestamptz NOT NULL,
  gap_until       timestamptz NOT NULL,
  missed          integer NOT NULL,
  reason          text NOT NULL,
  recorded_at     timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (rule_name, gap_from)
);

-- A rule's alert is told twice, when it fires and when it is resolved: `published_at` is about the first.
ALTER TABLE alerts ADD COLUMN resolved_published_at timestamptz;

-- Who took the reading: the same reading written again is the same row.
ALTER TABLE system_metrics ADD COLUMN source text NOT NULL DEFAULT '';
UPDATE system_metrics SET source = 'row ' || ctid::text;
CREATE UNIQUE INDEX system_metrics_reading ON system_metrics (metric_name, "timestamp", source);
DROP INDEX system_metrics_name;

-- Carts that ended in the last minutes.
CREATE INDEX carts_closed_at ON carts (closed_at) WHERE closed_at IS NOT NULL;

INSERT INTO retention (table_name, time_column, days) VALUES
  ('rule_evaluations', 'evaluated_at', 30),
  ('rule_gaps', 'gap_from', 400);
