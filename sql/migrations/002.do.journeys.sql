-- What only the actors know. Each row has the key that makes writing it twice writing it once.

CREATE TABLE funnel_steps (
  journey_id          text NOT NULL,
  event_id            text NOT NULL,
  step                text NOT NULL,
  reached_at          timestamptz NOT NULL,
  session_started_at  timestamptz NOT NULL,
  recorded_at         timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (journey_id, event_id)
);

CREATE TABLE carts (
  journey_id      text NOT NULL,
  -- The id of the event that opened the cart.
  cart_id         text NOT NULL,
  version         integer NOT NULL,
  status          text NOT NULL CHECK (status IN ('open', 'purchased', 'abandoned', 'emptied')),
  stage           text NOT NULL CHECK (stage IN ('cart', 'checkout')),
  opened_at       timestamptz NOT NULL,
  updated_at      timestamptz NOT NULL,
  closed_at       timestamptz,
  items           jsonb NOT NULL,
  value           numeric(14, 2),
  currency        text,
  PRIMARY KEY (journey_id, cart_id)
);

CREATE TABLE purchases (
  journey_id      text NOT NULL,
  -- The id of the event that first showed the purchase.
  purchase_id     text NOT NULL,
  version         integer NOT NULL,
  purchased_at    timestamptz NOT NULL,
  order_id        text,
  cart_id         text,
  value           numeric(14, 2),
  currency        text,
  items           jsonb NOT NULL,
  PRIMARY KEY (journey_id, purchase_id)
);

CREATE TABLE abandonments (
  journey_id      text NOT NULL,
  cart_id         text NOT NULL,
  kind            text NOT NULL CHECK (kind IN ('cart', 'checkout')),
  abandoned_at    timestamptz NOT NULL,
  value           numeric(14, 2),
  currency        text,
  items           jsonb NOT NULL,
  -- Held back by the cool-down: recorded, not said as an alert.
  suppressed      boolean NOT NULL,
  recovered_at    timestamptz,
  recovered_value numeric(14, 2),
  PRIMARY KEY (journey_id, cart_id)
);

CREATE TABLE alerts (
  alert_id        text PRIMARY KEY,
  alert_type      text NOT NULL,
  severity        text NOT NULL CHECK (severity IN ('info', 'warning', 'error', 'critical')),
  message         text NOT NULL,
  "timestamp"     timestamptz NOT NULL,
  metadata        jsonb NOT NULL DEFAULT '{}',
  resolved        boolean NOT NULL DEFAULT false,
  resolved_at     timestamptz,
  resolved_by     text,
  created_at      timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX alerts_timestamp ON alerts ("timestamp");

CREATE TABLE system_metrics (
  metric_name     text NOT NULL,
  metric_value    double precision NOT NULL,
  "timestamp"     timestamptz NOT NULL DEFAULT now(),
  metadata        jsonb NOT NULL DEFAULT '{}'
);
CREATE INDEX system_metrics_name ON system_metrics (metric_name, "timestamp");
