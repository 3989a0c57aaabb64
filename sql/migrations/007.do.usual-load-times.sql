-- How long checkout pages usually take to load, over all users: what a single slow page is judged by.

CREATE TABLE usual_load_times (
  -- A path; '*' stands for all checkout pages together.
  page            text PRIMARY KEY,
  views           integer NOT NULL,
  -- Seconds.
  median          double precision NOT NULL,
  p95             double precision NOT NULL,
  measured_at     timestamptz NOT NULL DEFAULT now()
);

-- The views of checkout pages, few among all events: measured by each roll-up.
CREATE INDEX events_checkout_views ON events ("timestamp")
  WHERE action = 'pageview' AND load_time IS NOT NULL AND lower(page) LIKE '/checkout%';
