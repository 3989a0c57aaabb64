-- What the migrations build: tables, indexes, views, functions, triggers, owners and grants, from PostgreSQL's catalogue.
-- Written by `npm run schema`; a test compares it with what the migrations build. Change a migration, and never this file.

CREATE TYPE funnel_step AS ENUM ('browse', 'product', 'cart', 'checkout', 'purchase');
CREATE SEQUENCE audit_log_entry_id_seq AS bigint START 1 INCREMENT 1 MINVALUE 1 MAXVALUE 9223372036854775807 CACHE 1;
CREATE TABLE abandonments (
  journey_id text NOT NULL,
  cart_id text NOT NULL,
  kind text NOT NULL,
  abandoned_at timestamp with time zone NOT NULL,
  value numeric(14,2),
  currency text,
  items jsonb NOT NULL,
  suppressed boolean NOT NULL,
  recovered_at timestamp with time zone,
  recovered_value numeric(14,2),
  alert text DEFAULT 'said'::text NOT NULL,
  CONSTRAINT abandonments_pkey PRIMARY KEY (journey_id, cart_id),
  CONSTRAINT abandonments_alert_check CHECK ((alert = ANY (ARRAY['said'::text, 'suppressed'::text, 'held'::text, 'dropped'::text]))),
  CONSTRAINT abandonments_kind_check CHECK ((kind = ANY (ARRAY['cart'::text, 'checkout'::text])))
);
CREATE INDEX abandonments_abandoned_at ON public.abandonments USING btree (abandoned_at);
CREATE TABLE alerts (
  alert_id text NOT NULL,
  alert_type text NOT NULL,
  severity text NOT NULL,
  message text NOT NULL,
  "timestamp" timestamp with time zone NOT NULL,
  metadata jsonb DEFAULT '{}'::jsonb NOT NULL,
  resolved boolean DEFAULT false NOT NULL,
  resolved_at timestamp with time zone,
  resolved_by text,
  created_at timestamp with time zone DEFAULT now() NOT NULL,
  published_at timestamp with time zone,
  resolved_published_at timestamp with time zone,
  CONSTRAINT alerts_pkey PRIMARY KEY (alert_id),
  CONSTRAINT alerts_severity_check CHECK ((severity = ANY (ARRAY['info'::text, 'warning'::text, 'error'::text, 'critical'::text])))
);
CREATE INDEX alerts_journey ON public.alerts USING btree (((metadata ->> 'journey_id'::text)));
CREATE INDEX alerts_timestamp ON public.alerts USING btree ("timestamp");
CREATE TABLE audit_log (
  entry_id bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
  written_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
  actor text NOT NULL,
  database_role text DEFAULT SESSION_USER NOT NULL,
  action text NOT NULL,
  subject text NOT NULL,
  details jsonb DEFAULT '{}'::jsonb NOT NULL,
  operation_id text,
  CONSTRAINT audit_log_operation_id_key UNIQUE (operation_id),
  CONSTRAINT audit_log_pkey PRIMARY KEY (entry_id),
  CONSTRAINT audit_log_action_check CHECK ((action ~ '^[a-z-]+\.[a-z-]+$'::text)),
  CONSTRAINT audit_log_actor_check CHECK ((actor <> ''::text)),
  CONSTRAINT audit_log_holds_no_pseudonym CHECK ((((((((actor || ' '::text) || subject) || ' '::text) || (details)::text) || ' '::text) || COALESCE(operation_id, ''::text)) !~ '[us][0-9]+_[0-9a-f]{32}'::text))
);
CREATE INDEX audit_log_written_at ON public.audit_log USING btree (written_at);
CREATE TABLE carts (
  journey_id text NOT NULL,
  cart_id text NOT NULL,
  version integer NOT NULL,
  status text NOT NULL,
  stage text NOT NULL,
  opened_at timestamp with time zone NOT NULL,
  updated_at timestamp with time zone NOT NULL,
  closed_at timestamp with time zone,
  items jsonb NOT NULL,
  value numeric(14,2),
  currency text,
  CONSTRAINT carts_pkey PRIMARY KEY (journey_id, cart_id),
  CONSTRAINT carts_stage_check CHECK ((stage = ANY (ARRAY['cart'::text, 'checkout'::text]))),
  CONSTRAINT carts_status_check CHECK ((status = ANY (ARRAY['open'::text, 'purchased'::text, 'abandoned'::text, 'emptied'::text])))
);
CREATE INDEX carts_closed_at ON public.carts USING btree (closed_at) WHERE (closed_at IS NOT NULL);
CREATE INDEX carts_opened_at ON public.carts USING btree (opened_at);
CREATE TABLE clamped_events (
  event_id text NOT NULL,
  "timestamp" timestamp with time zone NOT NULL,
  CONSTRAINT clamped_events_pkey PRIMARY KEY (event_id)
);
CREATE TABLE daily_load_times (
  day date NOT NULL,
  page text NOT NULL,
  bot boolean NOT NULL,
  load_time numeric NOT NULL,
  views bigint NOT NULL,
  CONSTRAINT daily_load_times_pkey PRIMARY KEY (day, page, bot, load_time)
) WITH (fillfactor=70);
CREATE TABLE erasure_counts (
  receipt_number text NOT NULL,
  store text NOT NULL,
  erased bigint NOT NULL,
  CONSTRAINT erasure_counts_pkey PRIMARY KEY (receipt_number, store),
  CONSTRAINT erasure_counts_receipt_number_fkey FOREIGN KEY (receipt_number) REFERENCES erasures(receipt_number)
);
CREATE TABLE erasure_runs (
  receipt_number text NOT NULL,
  workflow_id text NOT NULL,
  run_id text NOT NULL,
  CONSTRAINT erasure_runs_pkey PRIMARY KEY (receipt_number, workflow_id, run_id),
  CONSTRAINT erasure_runs_receipt_number_fkey FOREIGN KEY (receipt_number) REFERENCES erasures(receipt_number)
);
CREATE TABLE erasure_subjects (
  receipt_number text NOT NULL,
  journey_id text NOT NULL,
  until timestamp with time zone DEFAULT 'infinity'::timestamp with time zone NOT NULL,
  CONSTRAINT erasure_subjects_pkey PRIMARY KEY (receipt_number, journey_id),
  CONSTRAINT erasure_subjects_receipt_number_fkey FOREIGN KEY (receipt_number) REFERENCES erasures(receipt_number)
);
CREATE TABLE erasures (
  receipt_number text NOT NULL,
  requested_by text NOT NULL,
  requested_at timestamp with time zone DEFAULT now() NOT NULL,
  completed_at timestamp with time zone,
  receipt jsonb,
  CONSTRAINT erasures_pkey PRIMARY KEY (receipt_number),
  CONSTRAINT erasures_check CHECK (((completed_at IS NULL) = (receipt IS NULL)))
);
CREATE TABLE events (
  "timestamp" timestamp with time zone NOT NULL,
  recorded_at timestamp with time zone DEFAULT now() NOT NULL,
  recorded_by xid8 DEFAULT pg_current_xact_id() NOT NULL,
  time_clamped boolean DEFAULT false NOT NULL,
  bot boolean DEFAULT false NOT NULL,
  source_partition integer,
  source_offset bigint,
  load_time double precision,
  event_id text NOT NULL,
  journey_id text NOT NULL,
  user_id text,
  session_id text,
  action text NOT NULL,
  page text,
  referrer text,
  device_type text,
  browser text,
  os text,
  items jsonb,
  value numeric(14,2),
  currency text,
  order_id text,
  properties jsonb,
  backfilled boolean DEFAULT false NOT NULL
) PARTITION BY RANGE ("timestamp");
CREATE INDEX events_checkout_views ON ONLY public.events USING btree ("timestamp") WHERE ((action = 'pageview'::text) AND (load_time IS NOT NULL) AND (lower(page) ~~ '/checkout%'::text));
CREATE INDEX events_journey ON ONLY public.events USING btree (journey_id, "timestamp");
CREATE INDEX events_recorded_by ON ONLY public.events USING btree (recorded_by);
CREATE INDEX events_timestamp ON ONLY public.events USING brin ("timestamp") WITH (pages_per_range='32', autosummarize='on');
CREATE TABLE events_default (
  "timestamp" timestamp with time zone NOT NULL,
  recorded_at timestamp with time zone DEFAULT now() NOT NULL,
  recorded_by xid8 DEFAULT pg_current_xact_id() NOT NULL,
  time_clamped boolean DEFAULT false NOT NULL,
  bot boolean DEFAULT false NOT NULL,
  source_partition integer,
  source_offset bigint,
  load_time double precision,
  event_id text NOT NULL,
  journey_id text NOT NULL,
  user_id text,
  session_id text,
  action text NOT NULL,
  page text,
  referrer text,
  device_type text,
  browser text,
  os text,
  items jsonb,
  value numeric(14,2),
  currency text,
  order_id text,
  properties jsonb,
  backfilled boolean DEFAULT false NOT NULL,
  CONSTRAINT events_default_pkey PRIMARY KEY (event_id)
); -- partition of events DEFAULT
CREATE TABLE funnel_steps (
  journey_id text NOT NULL,
  event_id text NOT NULL,
  step text NOT NULL,
  reached_at timestamp with time zone NOT NULL,
  session_started_at timestamp with time zone NOT NULL,
  recorded_at timestamp with time zone DEFAULT now() NOT NULL,
  CONSTRAINT funnel_steps_pkey PRIMARY KEY (journey_id, event_id)
);
CREATE INDEX funnel_steps_reached_at ON public.funnel_steps USING btree (reached_at);
CREATE TABLE hourly_funnel (
  hour timestamp with time zone NOT NULL,
  device_type text NOT NULL,
  source text NOT NULL,
  currency text NOT NULL,
  bot boolean NOT NULL,
  sessions bigint NOT NULL,
  bounces bigint NOT NULL,
  pageviews bigint NOT NULL,
  seconds numeric NOT NULL,
  product_sessions bigint NOT NULL,
  cart_sessions bigint NOT NULL,
  checkout_sessions bigint NOT NULL,
  purchase_sessions bigint NOT NULL,
  purchases bigint NOT NULL,
  revenue numeric NOT NULL,
  CONSTRAINT hourly_funnel_pkey PRIMARY KEY (hour, device_type, source, currency, bot)
) WITH (fillfactor=70);
CREATE TABLE hourly_pages (
  hour timestamp with time zone NOT NULL,
  page text NOT NULL,
  bot boolean NOT NULL,
  views bigint DEFAULT 0 NOT NULL,
  visitors bigint DEFAULT 0 NOT NULL,
  load_times bigint DEFAULT 0 NOT NULL,
  load_seconds numeric DEFAULT 0 NOT NULL,
  CONSTRAINT hourly_pages_pkey PRIMARY KEY (hour, page, bot)
) WITH (fillfactor=70);
CREATE TABLE hourly_products (
  hour timestamp with time zone NOT NULL,
  product_id text NOT NULL,
  currency text NOT NULL,
  bot boolean NOT NULL,
  page_views bigint DEFAULT 0 NOT NULL,
  item_views bigint DEFAULT 0 NOT NULL,
  views bigint GENERATED ALWAYS AS (GREATEST(page_views, item_views)) STORED NOT NULL,
  add_to_carts bigint DEFAULT 0 NOT NULL,
  remove_from_carts bigint DEFAULT 0 NOT NULL,
  purchases bigint DEFAULT 0 NOT NULL,
  units bigint DEFAULT 0 NOT NULL,
  revenue numeric DEFAULT 0 NOT NULL,
  refunded_units bigint DEFAULT 0 NOT NULL,
  refunded numeric DEFAULT 0 NOT NULL,
  CONSTRAINT hourly_products_pkey PRIMARY KEY (hour, product_id, currency, bot)
) WITH (fillfactor=70);
CREATE TABLE identities (
  session_id text NOT NULL,
  user_id text NOT NULL,
  known_since timestamp with time zone NOT NULL,
  until timestamp with time zone DEFAULT 'infinity'::timestamp with time zone NOT NULL,
  changed_by xid8 DEFAULT pg_current_xact_id() NOT NULL,
  CONSTRAINT identities_pkey PRIMARY KEY (session_id)
);
CREATE INDEX identities_changed_by ON public.identities USING btree (changed_by);
CREATE INDEX identities_user ON public.identities USING btree (user_id);
CREATE TABLE journey_keys (
  key_id uuid NOT NULL,
  journey_id text NOT NULL,
  master_key_id text NOT NULL,
  wrapped_key bytea NOT NULL,
  created_at timestamp with time zone DEFAULT now() NOT NULL,
  needed_at timestamp with time zone DEFAULT now() NOT NULL,
  CONSTRAINT journey_keys_journey_id_key UNIQUE (journey_id),
  CONSTRAINT journey_keys_pkey PRIMARY KEY (key_id)
);
CREATE TABLE journey_segments (
  journey_id text NOT NULL,
  since timestamp with time zone NOT NULL,
  segment text NOT NULL,
  segment_id text NOT NULL,
  previous_segment text NOT NULL,
  because text NOT NULL,
  step text NOT NULL,
  cart_value numeric(14,2),
  currency text,
  sessions integer NOT NULL,
  purchases integer NOT NULL,
  purchased_value numeric(20,2) NOT NULL,
  abandonments integer NOT NULL,
  recorded_at timestamp with time zone DEFAULT now() NOT NULL,
  CONSTRAINT journey_segments_pkey PRIMARY KEY (journey_id, since, segment)
);
CREATE TABLE orders (
  journey_id text NOT NULL,
  order_key text NOT NULL,
  event_id text NOT NULL,
  purchased_at timestamp with time zone NOT NULL,
  value numeric(14,2),
  currency text,
  items jsonb,
  bot boolean NOT NULL,
  CONSTRAINT orders_pkey PRIMARY KEY (journey_id, order_key)
);
CREATE INDEX orders_purchased_at ON public.orders USING btree (purchased_at);
CREATE TABLE purchases (
  journey_id text NOT NULL,
  purchase_id text NOT NULL,
  version integer NOT NULL,
  purchased_at timestamp with time zone NOT NULL,
  order_id text,
  cart_id text,
  value numeric(14,2),
  currency text,
  items jsonb NOT NULL,
  CONSTRAINT purchases_pkey PRIMARY KEY (journey_id, purchase_id)
);
CREATE INDEX purchases_purchased_at ON public.purchases USING btree (purchased_at);
CREATE TABLE record_progress (
  topic text NOT NULL,
  partition integer NOT NULL,
  read_until timestamp with time zone NOT NULL,
  CONSTRAINT record_progress_pkey PRIMARY KEY (topic, partition)
);
CREATE TABLE replayed_dead_letters (
  topic text NOT NULL,
  partition integer NOT NULL,
  "offset" bigint NOT NULL,
  appended_at timestamp with time zone NOT NULL,
  sent_behind jsonb NOT NULL,
  repaired boolean NOT NULL,
  begun_at timestamp with time zone DEFAULT now() NOT NULL,
  replayed_at timestamp with time zone,
  CONSTRAINT replayed_dead_letters_pkey PRIMARY KEY (topic, partition, "offset", appended_at)
);
CREATE TABLE report_rebuild (
  only_row boolean DEFAULT true NOT NULL,
  requested_at timestamp with time zone DEFAULT now() NOT NULL,
  journeys_after text DEFAULT ''::text NOT NULL,
  next_hour timestamp with time zone,
  finished_at timestamp with time zone,
  CONSTRAINT report_rebuild_pkey PRIMARY KEY (only_row),
  CONSTRAINT report_rebuild_only_row_check CHECK (only_row)
);
CREATE TABLE retention (
  table_name text NOT NULL,
  time_column text NOT NULL,
  days integer NOT NULL,
  kept_since timestamp with time zone DEFAULT '-infinity'::timestamp with time zone NOT NULL,
  CONSTRAINT retention_pkey PRIMARY KEY (table_name),
  CONSTRAINT retention_days_check CHECK (((days >= 1) AND (days <= 36500)))
);
CREATE TABLE roll_up_marks (
  name text NOT NULL,
  recorded_before xid8 NOT NULL,
  CONSTRAINT roll_up_marks_pkey PRIMARY KEY (name)
);
CREATE TABLE rule_evaluations (
  rule_name text NOT NULL,
  evaluated_at timestamp with time zone NOT NULL,
  value double precision,
  samples bigint,
  problem text,
  CONSTRAINT rule_evaluations_pkey PRIMARY KEY (rule_name, evaluated_at)
);
CREATE INDEX rule_evaluations_age ON public.rule_evaluations USING brin (evaluated_at);
CREATE TABLE rule_gaps (
  rule_name text NOT NULL,
  gap_from timestamp with time zone NOT NULL,
  gap_until timestamp with time zone NOT NULL,
  missed integer NOT NULL,
  reason text NOT NULL,
  recorded_at timestamp with time zone DEFAULT now() NOT NULL,
  CONSTRAINT rule_gaps_pkey PRIMARY KEY (rule_name, gap_from)
);
CREATE TABLE schema_migrations (
  version bigint NOT NULL,
  name text,
  md5 text,
  run_at timestamp with time zone,
  CONSTRAINT schema_migrations_pkey PRIMARY KEY (version)
);
CREATE TABLE suppression_version (
  version bigint NOT NULL
);
CREATE TABLE suppressions (
  reference text NOT NULL,
  until timestamp with time zone NOT NULL,
  receipt_number text NOT NULL,
  CONSTRAINT suppressions_pkey PRIMARY KEY (reference),
  CONSTRAINT suppressions_receipt_number_fkey FOREIGN KEY (receipt_number) REFERENCES erasures(receipt_number)
);
CREATE INDEX suppressions_receipt ON public.suppressions USING btree (receipt_number);
CREATE TABLE system_metrics (
  metric_name text NOT NULL,
  metric_value double precision NOT NULL,
  "timestamp" timestamp with time zone DEFAULT now() NOT NULL,
  metadata jsonb DEFAULT '{}'::jsonb NOT NULL,
  source text DEFAULT ''::text NOT NULL
);
CREATE UNIQUE INDEX system_metrics_reading ON public.system_metrics USING btree (metric_name, "timestamp", source);
CREATE TABLE user_activity (
  journey_id text NOT NULL,
  window_end_time timestamp with time zone NOT NULL,
  user_id text,
  pageviews integer NOT NULL,
  clicks integer NOT NULL,
  scrolls integer NOT NULL,
  form_submits integer NOT NULL,
  video_plays integer NOT NULL,
  pages_visited text[] NOT NULL,
  published boolean DEFAULT false NOT NULL,
  bot boolean DEFAULT false NOT NULL,
  last_event_at timestamp with time zone,
  CONSTRAINT user_activity_pkey PRIMARY KEY (journey_id, window_end_time)
);
CREATE INDEX user_activity_unpublished ON public.user_activity USING btree (window_end_time) WHERE (NOT published);
CREATE INDEX user_activity_window ON public.user_activity USING btree (window_end_time, journey_id);
CREATE TABLE user_sessions (
  journey_id text NOT NULL,
  start_time timestamp with time zone NOT NULL,
  end_time timestamp with time zone NOT NULL,
  run_start_time timestamp with time zone NOT NULL,
  session_id text,
  user_id text,
  device_type text,
  os text,
  browser text,
  events integer NOT NULL,
  pageviews integer NOT NULL,
  entry_page text,
  exit_page text,
  referrer text,
  duration interval GENERATED ALWAYS AS ((end_time - start_time)) STORED,
  bot boolean DEFAULT false NOT NULL,
  clicks integer DEFAULT 0 NOT NULL,
  scrolls integer DEFAULT 0 NOT NULL,
  form_submits integer DEFAULT 0 NOT NULL,
  video_plays integer DEFAULT 0 NOT NULL,
  view_items integer DEFAULT 0 NOT NULL,
  add_to_carts integer DEFAULT 0 NOT NULL,
  remove_from_carts integer DEFAULT 0 NOT NULL,
  begin_checkouts integer DEFAULT 0 NOT NULL,
  logins integer DEFAULT 0 NOT NULL,
  furthest_step funnel_step,
  product_at timestamp with time zone,
  cart_at timestamp with time zone,
  checkout_at timestamp with time zone,
  purchase_at timestamp with time zone,
  purchases integer DEFAULT 0 NOT NULL,
  order_ids text[] DEFAULT '{}'::text[] NOT NULL,
  revenue numeric(20,2) DEFAULT 0 NOT NULL,
  refunds integer DEFAULT 0 NOT NULL,
  refunded numeric(20,2) DEFAULT 0 NOT NULL,
  currency text,
  landing_page text,
  source text DEFAULT 'direct'::text NOT NULL,
  utm_source text,
  utm_medium text,
  utm_campaign text,
  bounced boolean GENERATED ALWAYS AS (((pageviews <= 1) AND (add_to_carts = 0) AND (purchases = 0))) STORED NOT NULL,
  CONSTRAINT user_sessions_pkey PRIMARY KEY (journey_id, start_time)
) WITH (fillfactor=80);
CREATE INDEX user_sessions_session ON public.user_sessions USING btree (session_id);
CREATE INDEX user_sessions_start ON public.user_sessions USING btree (start_time);
CREATE TABLE usual_load_times (
  page text NOT NULL,
  views integer NOT NULL,
  median double precision NOT NULL,
  p95 double precision NOT NULL,
  measured_at timestamp with time zone DEFAULT now() NOT NULL,
  CONSTRAINT usual_load_times_pkey PRIMARY KEY (page)
);
CREATE VIEW actor_events AS
 SELECT e.journey_id AS actor_id,
    e."timestamp",
    e.recorded_at,
    e.recorded_by,
    e.time_clamped,
    e.bot,
    e.source_partition,
    e.source_offset,
    e.load_time,
    e.event_id,
    e.journey_id,
    e.user_id,
    e.session_id,
    e.action,
    e.page,
    e.referrer,
    e.device_type,
    e.browser,
    e.os,
    e.items,
    e.value,
    e.currency,
    e.order_id,
    e.properties,
    e.backfilled
   FROM events e
  WHERE (NOT ((e.user_id IS NULL) AND (EXISTS ( SELECT
           FROM identities i
          WHERE ((i.session_id = e.journey_id) AND (e."timestamp" < i.until))))))
UNION ALL
 SELECT i.user_id AS actor_id,
    e."timestamp",
    e.recorded_at,
    e.recorded_by,
    e.time_clamped,
    e.bot,
    e.source_partition,
    e.source_offset,
    e.load_time,
    e.event_id,
    e.journey_id,
    e.user_id,
    e.session_id,
    e.action,
    e.page,
    e.referrer,
    e.device_type,
    e.browser,
    e.os,
    e.items,
    e.value,
    e.currency,
    e.order_id,
    e.properties,
    e.backfilled
   FROM (identities i
     JOIN events e ON (((e.journey_id = i.session_id) AND (e.user_id IS NULL) AND (e."timestamp" < i.until))));
CREATE VIEW actor_orders AS
 SELECT COALESCE(i.user_id, o.journey_id) AS actor_id,
    o.order_key,
    o.purchased_at,
    o.value,
    o.currency,
    o.items,
    o.bot
   FROM (orders o
     LEFT JOIN identities i ON (((i.session_id = o.journey_id) AND (o.purchased_at < i.until))))
  WHERE ((i.user_id IS NULL) OR (NOT (EXISTS ( SELECT
           FROM orders known
          WHERE ((known.journey_id = i.user_id) AND (known.order_key = o.order_key))))));
CREATE VIEW pageviews AS
 SELECT event_id,
    "timestamp",
    user_id,
    session_id,
    page,
    device_type,
    load_time,
    bot
   FROM events
  WHERE (action = 'pageview'::text);
CREATE VIEW reporting.abandonments AS
 SELECT journey_id,
    cart_id,
    kind,
    abandoned_at,
    value,
    currency,
    items,
    suppressed,
    recovered_at,
    recovered_value,
    alert
   FROM abandonments;
CREATE VIEW reporting.actor_events AS
 SELECT actor_id,
    event_id,
    "timestamp",
    time_clamped,
    journey_id,
    user_id,
    session_id,
    action,
    page,
    referrer,
    device_type,
    browser,
    os,
    load_time,
    items,
    value,
    currency,
    bot,
    backfilled,
    recorded_at
   FROM actor_events;
CREATE VIEW reporting.actor_orders AS
 SELECT actor_id,
    purchased_at,
    value,
    currency,
    bot
   FROM actor_orders;
CREATE VIEW reporting.alerts AS
 SELECT alert_id,
    alert_type,
    severity,
    "timestamp",
    resolved,
    resolved_at,
    created_at
   FROM alerts;
CREATE VIEW reporting.carts AS
 SELECT journey_id,
    cart_id,
    version,
    status,
    stage,
    opened_at,
    updated_at,
    closed_at,
    items,
    value,
    currency
   FROM carts;
CREATE VIEW reporting.daily_load_times AS
 SELECT day,
    page,
    bot,
    load_time,
    views
   FROM daily_load_times;
CREATE VIEW reporting.events AS
 SELECT event_id,
    "timestamp",
    time_clamped,
    journey_id,
    user_id,
    session_id,
    action,
    page,
    referrer,
    device_type,
    browser,
    os,
    load_time,
    items,
    value,
    currency,
    bot,
    backfilled,
    recorded_at
   FROM events;
CREATE VIEW reporting.funnel_steps AS
 SELECT journey_id,
    event_id,
    step,
    reached_at,
    session_started_at,
    recorded_at
   FROM funnel_steps;
CREATE VIEW reporting.hourly_funnel AS
 SELECT hour,
    device_type,
    source,
    currency,
    bot,
    sessions,
    bounces,
    pageviews,
    seconds,
    product_sessions,
    cart_sessions,
    checkout_sessions,
    purchase_sessions,
    purchases,
    revenue
   FROM hourly_funnel;
CREATE VIEW reporting.hourly_pages AS
 SELECT hour,
    page,
    bot,
    views,
    visitors,
    load_times,
    load_seconds
   FROM hourly_pages;
CREATE VIEW reporting.hourly_products AS
 SELECT hour,
    product_id,
    currency,
    bot,
    page_views,
    item_views,
    views,
    add_to_carts,
    remove_from_carts,
    purchases,
    units,
    revenue,
    refunded_units,
    refunded
   FROM hourly_products;
CREATE VIEW reporting.journey_segments AS
 SELECT journey_id,
    since,
    segment,
    previous_segment,
    step,
    cart_value,
    currency,
    sessions,
    purchases,
    purchased_value,
    abandonments
   FROM journey_segments;
CREATE VIEW reporting.orders AS
 SELECT journey_id,
    event_id,
    purchased_at,
    value,
    currency,
    items,
    bot
   FROM orders;
CREATE VIEW reporting.pageviews AS
 SELECT event_id,
    "timestamp",
    user_id,
    session_id,
    page,
    device_type,
    load_time,
    bot
   FROM pageviews;
CREATE VIEW reporting.purchases AS
 SELECT journey_id,
    purchase_id,
    version,
    purchased_at,
    cart_id,
    value,
    currency,
    items
   FROM purchases;
CREATE VIEW reporting.record_progress AS
 SELECT topic,
    partition,
    read_until
   FROM record_progress;
CREATE VIEW reporting.retention AS
 SELECT table_name,
    time_column,
    days,
    kept_since
   FROM retention;
CREATE VIEW reporting.rule_evaluations AS
 SELECT rule_name,
    evaluated_at,
    value,
    samples,
    problem
   FROM rule_evaluations;
CREATE VIEW reporting.rule_gaps AS
 SELECT rule_name,
    gap_from,
    gap_until,
    missed,
    reason,
    recorded_at
   FROM rule_gaps;
CREATE VIEW reporting.system_metrics AS
 SELECT metric_name,
    metric_value,
    "timestamp",
    metadata,
    source
   FROM system_metrics;
CREATE VIEW reporting.user_activity AS
 SELECT journey_id,
    window_end_time,
    user_id,
    pageviews,
    clicks,
    scrolls,
    form_submits,
    video_plays,
    pages_visited,
    published,
    bot,
    last_event_at
   FROM user_activity;
CREATE VIEW reporting.user_sessions AS
 SELECT journey_id,
    start_time,
    end_time,
    run_start_time,
    session_id,
    user_id,
    device_type,
    os,
    browser,
    events,
    pageviews,
    entry_page,
    exit_page,
    referrer,
    duration,
    bot,
    clicks,
    scrolls,
    form_submits,
    video_plays,
    view_items,
    add_to_carts,
    remove_from_carts,
    begin_checkouts,
    logins,
    furthest_step,
    product_at,
    cart_at,
    checkout_at,
    purchase_at,
    purchases,
    revenue,
    refunds,
    refunded,
    currency,
    landing_page,
    source,
    utm_source,
    utm_medium,
    utm_campaign,
    bounced
   FROM user_sessions;
CREATE VIEW reporting.usual_load_times AS
 SELECT page,
    views,
    median,
    p95,
    measured_at
   FROM usual_load_times;
CREATE OR REPLACE FUNCTION public.actor_events_between(actor text, since timestamp with time zone, until timestamp with time zone, recorded_before xid8)
 RETURNS SETOF actor_events
 LANGUAGE plpgsql
 STABLE ROWS 20
 SET enable_nestloop TO 'on'
AS $function$
BEGIN
  RETURN QUERY
    SELECT e.* FROM actor_events e
    WHERE e.actor_id = actor AND e."timestamp" BETWEEN since AND until AND e.recorded_by < recorded_before;
END
$function$;
CREATE OR REPLACE FUNCTION public.advance_retention()
 RETURNS SETOF text
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
  UPDATE retention
  SET kept_since = greatest(kept_since, ((now() AT TIME ZONE 'UTC')::date - days)::timestamp AT TIME ZONE 'UTC')
  RETURNING table_name
$function$;
CREATE OR REPLACE FUNCTION public.counted_page(page text)
 RETURNS text
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE STRICT
RETURN "left"(split_part(page, '?'::text, 1), 512);
CREATE OR REPLACE FUNCTION public.delete_expired(expired_table text, most integer)
 RETURNS integer
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
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
END $function$;
CREATE OR REPLACE FUNCTION public.delete_unused_keys(keys uuid[])
 RETURNS integer
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
DECLARE deleted integer;
BEGIN
  DELETE FROM journey_keys WHERE key_id = ANY (ARRAY(
    SELECT key_id FROM journey_keys
    WHERE key_id = ANY (keys) AND journey_id <> 'system'
      AND needed_at < (SELECT kept_since FROM retention WHERE table_name = 'journey_keys')
    FOR UPDATE SKIP LOCKED));
  GET DIAGNOSTICS deleted = ROW_COUNT;
  RETURN deleted;
END $function$;
CREATE OR REPLACE FUNCTION public.derived_since(derived_table text)
 RETURNS timestamp with time zone
 LANGUAGE sql
 STABLE PARALLEL SAFE
AS $function$
  SELECT max(kept_since) FROM retention WHERE table_name IN ('events', derived_table)
$function$;
CREATE OR REPLACE FUNCTION public.drop_expired_event_days(most integer)
 RETURNS integer
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
 SET lock_timeout TO '500ms'
AS $function$
DECLARE
  partition text;
  dropped integer := 0;
BEGIN
  FOR partition IN
    SELECT c.relname
    FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
    WHERE i.inhparent = 'events'::regclass AND c.relname ~ '^events_\d{8}$'
      AND (to_date(right(c.relname, 8), 'YYYYMMDD') + 1)::timestamp AT TIME ZONE 'UTC' <= events_kept_since()
    ORDER BY c.relname
    LIMIT most
  LOOP
    EXECUTE format('DROP TABLE %I', partition);
    dropped := dropped + 1;
  END LOOP;
  RETURN dropped;
END $function$;
CREATE OR REPLACE FUNCTION public.empty_default_partition()
 RETURNS integer
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
  SELECT coalesce(sum(ensure_event_days(day, day)), 0)::integer
  FROM (
    SELECT DISTINCT ("timestamp" AT TIME ZONE 'UTC')::date AS day
    FROM events_default, retention
    WHERE table_name = 'events' AND "timestamp" >= date_trunc('day', now(), 'UTC') - make_interval(days => days)
      AND "timestamp" < now() + interval '7 days'
    ORDER BY day
    LIMIT 100
  ) AS days
$function$;
CREATE OR REPLACE FUNCTION public.ensure_event_days(first_day date, last_day date)
 RETURNS integer
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
 SET lock_timeout TO '3s'
AS $function$
DECLARE
  today date := (now() AT TIME ZONE 'UTC')::date;
  oldest date := today - (SELECT days FROM retention WHERE table_name = 'events');
  made integer := 0;
BEGIN
  FOR offset_days IN 0 .. least(last_day, today + 7) - greatest(first_day, oldest) LOOP
    IF make_event_day(greatest(first_day, oldest) + offset_days) THEN made := made + 1; END IF;
  END LOOP;
  RETURN made;
END $function$;
CREATE OR REPLACE FUNCTION public.events_kept_since()
 RETURNS timestamp with time zone
 LANGUAGE sql
 STABLE PARALLEL SAFE
BEGIN ATOMIC
 SELECT retention.kept_since
    FROM retention
   WHERE (retention.table_name = 'events'::text);
END;
CREATE OR REPLACE FUNCTION public.make_event_day(day date)
 RETURNS boolean
 LANGUAGE plpgsql
 SET search_path TO 'public', 'pg_temp'
AS $function$
DECLARE
  partition text := 'events_' || to_char(day, 'YYYYMMDD');
  day_start timestamptz := day::timestamp AT TIME ZONE 'UTC';
  day_end timestamptz := (day + 1)::timestamp AT TIME ZONE 'UTC';
BEGIN
  IF to_regclass(partition) IS NOT NULL THEN RETURN false; END IF;
  -- One at a time, and nobody writes to the default partition between the move of its rows and the end. Writers and
  -- readers of other days go on.
  LOCK TABLE ONLY events IN SHARE UPDATE EXCLUSIVE MODE;
  IF to_regclass(partition) IS NOT NULL THEN RETURN false; END IF;
  LOCK TABLE events_default IN ACCESS EXCLUSIVE MODE;
  EXECUTE format('CREATE TABLE %I (LIKE events INCLUDING ALL EXCLUDING INDEXES, PRIMARY KEY (event_id))', partition);
  -- Both have the columns in one order: both are made from `events`, or changed through it.
  EXECUTE format(
    'WITH moved AS (DELETE FROM events_default WHERE "timestamp" >= $1 AND "timestamp" < $2 RETURNING *)
     INSERT INTO %I SELECT * FROM moved', partition)
  USING day_start, day_end;
  EXECUTE format('ALTER TABLE events ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', partition, day_start, day_end);
  RETURN true;
END $function$;
CREATE OR REPLACE FUNCTION public.measure_events()
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$ BEGIN ANALYZE ONLY events; END $function$;
CREATE OR REPLACE FUNCTION public.note_change_of_suppressions()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
BEGIN
  UPDATE suppression_version SET version = version + 1;
  RETURN NULL;
END $function$;
CREATE OR REPLACE FUNCTION public.origin_of(page text, referrer text)
 RETURNS text
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN (page ~* '[?&]utm_source=[^&#]'::text) THEN page ELSE referrer END;
CREATE OR REPLACE FUNCTION public.path_of(location text)
 RETURNS text
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE STRICT
RETURN split_part(location, '?'::text, 1);
CREATE OR REPLACE FUNCTION public.product_of(page text)
 RETURNS text
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE STRICT
RETURN CASE WHEN (page ~~* '/product/%'::text) THEN "left"(NULLIF(split_part(split_part(page, '?'::text, 1), '/'::text, 3), ''::text), 256) ELSE NULL::text END;
CREATE OR REPLACE FUNCTION public.refuse_change_of_audit_log()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
BEGIN
  RAISE EXCEPTION 'the audit log is append-only: % is refused', TG_OP USING ERRCODE = 'insufficient_privilege';
END $function$;
CREATE OR REPLACE PROCEDURE public.refuse_suppressed(IN relation text, IN happened_at text, VARIADIC identities text[])
 LANGUAGE plpgsql
AS $procedure$
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
END $procedure$;
CREATE OR REPLACE FUNCTION public.refuse_suppressed_abandonments()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
    DECLARE refused record;
    BEGIN
      IF NOT EXISTS (SELECT FROM suppressions) THEN RETURN NULL; END IF;
      
      FOR refused IN
        SELECT who.pseudonym, s.until
        FROM (SELECT DISTINCT journey_id AS pseudonym FROM added) AS who
        JOIN suppressions s ON s.reference = subject_reference(who.pseudonym)
      LOOP
        DELETE FROM abandonments WHERE journey_id = refused.pseudonym AND abandoned_at < refused.until;
      END LOOP;
      RETURN NULL;
    END $function$;
CREATE OR REPLACE FUNCTION public.refuse_suppressed_alerts()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
    DECLARE refused record;
    BEGIN
      IF NOT EXISTS (SELECT FROM suppressions) THEN RETURN NULL; END IF;
      
      FOR refused IN
        SELECT who.pseudonym, s.until
        FROM (SELECT DISTINCT (metadata ->> 'journey_id') AS pseudonym FROM added) AS who
        JOIN suppressions s ON s.reference = subject_reference(who.pseudonym)
      LOOP
        DELETE FROM alerts WHERE (metadata ->> 'journey_id') = refused.pseudonym AND "timestamp" < refused.until;
      END LOOP;
      RETURN NULL;
    END $function$;
CREATE OR REPLACE FUNCTION public.refuse_suppressed_carts()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
    DECLARE refused record;
    BEGIN
      IF NOT EXISTS (SELECT FROM suppressions) THEN RETURN NULL; END IF;
      
      FOR refused IN
        SELECT who.pseudonym, s.until
        FROM (SELECT DISTINCT journey_id AS pseudonym FROM added) AS who
        JOIN suppressions s ON s.reference = subject_reference(who.pseudonym)
      LOOP
        DELETE FROM carts WHERE journey_id = refused.pseudonym AND opened_at < refused.until;
      END LOOP;
      RETURN NULL;
    END $function$;
CREATE OR REPLACE FUNCTION public.refuse_suppressed_events()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
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
END $function$;
CREATE OR REPLACE FUNCTION public.refuse_suppressed_funnel_steps()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
    DECLARE refused record;
    BEGIN
      IF NOT EXISTS (SELECT FROM suppressions) THEN RETURN NULL; END IF;
      
      FOR refused IN
        SELECT who.pseudonym, s.until
        FROM (SELECT DISTINCT journey_id AS pseudonym FROM added) AS who
        JOIN suppressions s ON s.reference = subject_reference(who.pseudonym)
      LOOP
        DELETE FROM funnel_steps WHERE journey_id = refused.pseudonym AND reached_at < refused.until;
      END LOOP;
      RETURN NULL;
    END $function$;
CREATE OR REPLACE FUNCTION public.refuse_suppressed_identities()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
    DECLARE refused record;
    BEGIN
      IF NOT EXISTS (SELECT FROM suppressions) THEN RETURN NULL; END IF;
      
      FOR refused IN
        SELECT who.pseudonym, s.until
        FROM (SELECT DISTINCT user_id AS pseudonym FROM added) AS who
        JOIN suppressions s ON s.reference = subject_reference(who.pseudonym)
      LOOP
        DELETE FROM identities WHERE user_id = refused.pseudonym AND known_since < refused.until;
      END LOOP;
      FOR refused IN
        SELECT who.pseudonym, s.until
        FROM (SELECT DISTINCT session_id AS pseudonym FROM added) AS who
        JOIN suppressions s ON s.reference = subject_reference(who.pseudonym)
      LOOP
        DELETE FROM identities WHERE session_id = refused.pseudonym AND known_since < refused.until;
      END LOOP;
      RETURN NULL;
    END $function$;
CREATE OR REPLACE FUNCTION public.refuse_suppressed_journey_segments()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
    DECLARE refused record;
    BEGIN
      IF NOT EXISTS (SELECT FROM suppressions) THEN RETURN NULL; END IF;
      
      FOR refused IN
        SELECT who.pseudonym, s.until
        FROM (SELECT DISTINCT journey_id AS pseudonym FROM added) AS who
        JOIN suppressions s ON s.reference = subject_reference(who.pseudonym)
      LOOP
        DELETE FROM journey_segments WHERE journey_id = refused.pseudonym AND since < refused.until;
      END LOOP;
      RETURN NULL;
    END $function$;
CREATE OR REPLACE FUNCTION public.refuse_suppressed_orders()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
    DECLARE refused record;
    BEGIN
      IF NOT EXISTS (SELECT FROM suppressions) THEN RETURN NULL; END IF;
      
      FOR refused IN
        SELECT who.pseudonym, s.until
        FROM (SELECT DISTINCT journey_id AS pseudonym FROM added) AS who
        JOIN suppressions s ON s.reference = subject_reference(who.pseudonym)
      LOOP
        DELETE FROM orders WHERE journey_id = refused.pseudonym AND purchased_at < refused.until;
      END LOOP;
      RETURN NULL;
    END $function$;
CREATE OR REPLACE FUNCTION public.refuse_suppressed_purchases()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
    DECLARE refused record;
    BEGIN
      IF NOT EXISTS (SELECT FROM suppressions) THEN RETURN NULL; END IF;
      
      FOR refused IN
        SELECT who.pseudonym, s.until
        FROM (SELECT DISTINCT journey_id AS pseudonym FROM added) AS who
        JOIN suppressions s ON s.reference = subject_reference(who.pseudonym)
      LOOP
        DELETE FROM purchases WHERE journey_id = refused.pseudonym AND purchased_at < refused.until;
      END LOOP;
      RETURN NULL;
    END $function$;
CREATE OR REPLACE FUNCTION public.refuse_suppressed_user_activity()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
    DECLARE refused record;
    BEGIN
      IF NOT EXISTS (SELECT FROM suppressions) THEN RETURN NULL; END IF;
      
      FOR refused IN
        SELECT who.pseudonym, s.until
        FROM (SELECT DISTINCT journey_id AS pseudonym FROM added) AS who
        JOIN suppressions s ON s.reference = subject_reference(who.pseudonym)
      LOOP
        DELETE FROM user_activity WHERE journey_id = refused.pseudonym AND window_end_time < refused.until;
      END LOOP;
      RETURN NULL;
    END $function$;
CREATE OR REPLACE FUNCTION public.refuse_suppressed_user_sessions()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
    DECLARE refused record;
    BEGIN
      IF NOT EXISTS (SELECT FROM suppressions) THEN RETURN NULL; END IF;
      
      FOR refused IN
        SELECT who.pseudonym, s.until
        FROM (SELECT DISTINCT journey_id AS pseudonym FROM added) AS who
        JOIN suppressions s ON s.reference = subject_reference(who.pseudonym)
      LOOP
        DELETE FROM user_sessions WHERE journey_id = refused.pseudonym AND start_time < refused.until;
      END LOOP;
      RETURN NULL;
    END $function$;
CREATE OR REPLACE FUNCTION public.report_time(words text)
 RETURNS timestamp with time zone
 LANGUAGE sql
 STABLE PARALLEL SAFE
 SET "TimeZone" TO 'UTC'
AS $function$
  SELECT CASE
    WHEN words ~ '^\s*[0-9.]+\s*[a-z]+\s*$' THEN now() - words::interval
    ELSE words::timestamptz
  END
$function$;
CREATE OR REPLACE FUNCTION public.rounded_load_time(seconds double precision)
 RETURNS numeric
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE STRICT
RETURN CASE WHEN (seconds < (0.001)::double precision) THEN (0)::numeric ELSE trim_scale(round((seconds)::numeric, (1 - (floor(log(seconds)))::integer))) END;
CREATE OR REPLACE FUNCTION public.share_of(s user_sessions)
 RETURNS SETOF hourly_funnel
 LANGUAGE sql
 STABLE
AS $function$
  SELECT date_trunc('hour', s.start_time, 'UTC'), left(coalesce(s.device_type, 'unknown'), 64), left(s.source, 128),
    coalesce(s.currency, ''), s.bot, 1::bigint, s.bounced::int::bigint, s.pageviews::bigint,
    extract(epoch FROM s.duration), coalesce((s.furthest_step >= 'product')::int, 0)::bigint,
    coalesce((s.furthest_step >= 'cart')::int, 0)::bigint, coalesce((s.furthest_step >= 'checkout')::int, 0)::bigint,
    coalesce((s.furthest_step >= 'purchase')::int, 0)::bigint, s.purchases::bigint, s.revenue::numeric
$function$;
CREATE OR REPLACE FUNCTION public.source_of(page text, referrer text)
 RETURNS text
 LANGUAGE sql
 IMMUTABLE
RETURN COALESCE(utm_parameter(origin_of(page, referrer), 'utm_source'::text), "substring"(lower(referrer), '^[a-z][a-z0-9+.-]*://(?:www\.)?([^/:?#]+)'::text), 'direct'::text);
CREATE OR REPLACE FUNCTION public.step_of(action text, page text)
 RETURNS funnel_step
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
RETURN (CASE action WHEN 'pageview'::text THEN CASE WHEN (page IS NULL) THEN NULL::text WHEN (page !~~ '/%'::text) THEN 'browse'::text ELSE CASE split_part(lower(split_part(page, '?'::text, 1)), '/'::text, 2) WHEN 'product'::text THEN 'product'::text WHEN 'cart'::text THEN 'cart'::text WHEN 'checkout'::text THEN 'checkout'::text WHEN 'purchase-complete'::text THEN 'purchase'::text ELSE 'browse'::text END END WHEN 'view_item'::text THEN 'product'::text WHEN 'add_to_cart'::text THEN 'cart'::text WHEN 'begin_checkout'::text THEN 'checkout'::text WHEN 'add_payment_info'::text THEN 'checkout'::text WHEN 'purchase'::text THEN 'purchase'::text ELSE NULL::text END)::funnel_step;
CREATE OR REPLACE FUNCTION public.step_shown(actor text, step funnel_step, since timestamp with time zone, until timestamp with time zone)
 RETURNS timestamp with time zone
 LANGUAGE sql
 STABLE PARALLEL SAFE
AS $function$
  SELECT min("timestamp")
  FROM actor_events
  WHERE actor_id = $1 AND "timestamp" BETWEEN $3 AND $4 AND step_of(action, page) = $2
$function$;
CREATE OR REPLACE FUNCTION public.subject_reference(pseudonym text)
 RETURNS text
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE STRICT
RETURN encode(sha256(convert_to(pseudonym, 'UTF8'::name)), 'hex'::text);
CREATE OR REPLACE FUNCTION public.url_decoded(encoded text)
 RETURNS text
 LANGUAGE plpgsql
 IMMUTABLE STRICT
AS $function$
BEGIN
  IF encoded !~ '[%+]' THEN RETURN encoded; END IF;
  RETURN (
    SELECT convert_from(string_agg(
      CASE WHEN part ~ '^%[0-9A-Fa-f]{2}$' THEN decode(substr(part, 2), 'hex') ELSE convert_to(part, 'UTF8') END,
      '' ORDER BY place), 'UTF8')
    FROM regexp_matches(replace(encoded, '+', ' '), '%[0-9A-Fa-f]{2}|[^%]+|%', 'g') WITH ORDINALITY AS found(parts, place)
    CROSS JOIN LATERAL (SELECT parts[1]) AS one(part)
  );
EXCEPTION
  WHEN character_not_in_repertoire OR untranslatable_character THEN RETURN encoded;
END
$function$;
CREATE OR REPLACE FUNCTION public.utm_parameter(location text, name text)
 RETURNS text
 LANGUAGE sql
 IMMUTABLE STRICT
RETURN NULLIF(url_decoded("substring"(location, (('(?i)[?&]'::text || name) || '=([^&#]*)'::text))), ''::text);
CREATE OR REPLACE FUNCTION public.write_audit_entry(actor text, action text, subject text, details jsonb, operation_id text)
 RETURNS void
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
  INSERT INTO audit_log (actor, action, subject, details, operation_id)
  VALUES (actor, action, subject, details, operation_id)
  ON CONFLICT DO NOTHING
$function$;
CREATE TRIGGER refuse_suppressed_abandonments AFTER INSERT ON public.abandonments REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION refuse_suppressed_abandonments();
CREATE TRIGGER refuse_suppressed_alerts AFTER INSERT ON public.alerts REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION refuse_suppressed_alerts();
CREATE TRIGGER audit_log_is_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.audit_log FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_audit_log(); -- enabled: A
CREATE TRIGGER refuse_suppressed_carts AFTER INSERT ON public.carts REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION refuse_suppressed_carts();
CREATE TRIGGER refuse_suppressed_events AFTER INSERT ON public.events FOR EACH STATEMENT EXECUTE FUNCTION refuse_suppressed_events();
CREATE TRIGGER refuse_suppressed_funnel_steps AFTER INSERT ON public.funnel_steps REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION refuse_suppressed_funnel_steps();
CREATE TRIGGER refuse_suppressed_identities AFTER INSERT ON public.identities REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION refuse_suppressed_identities();
CREATE TRIGGER refuse_suppressed_journey_segments AFTER INSERT ON public.journey_segments REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION refuse_suppressed_journey_segments();
CREATE TRIGGER refuse_suppressed_orders AFTER INSERT ON public.orders REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION refuse_suppressed_orders();
CREATE TRIGGER refuse_suppressed_purchases AFTER INSERT ON public.purchases REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION refuse_suppressed_purchases();
CREATE TRIGGER suppressions_changed AFTER INSERT OR DELETE OR UPDATE ON public.suppressions FOR EACH STATEMENT EXECUTE FUNCTION note_change_of_suppressions();
CREATE TRIGGER refuse_suppressed_user_activity AFTER INSERT ON public.user_activity REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION refuse_suppressed_user_activity();
CREATE TRIGGER refuse_suppressed_user_sessions AFTER INSERT ON public.user_sessions REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION refuse_suppressed_user_sessions();
COMMENT ON COLUMN abandonments.alert IS 'said; suppressed by the cool-down; held back by the quiet hours so far; dropped, as the user came back before they ended';
COMMENT ON COLUMN events.backfilled IS 'brought by aisle backfill; false again once the same event comes live';
COMMENT ON RELATION reporting.abandonments IS 'SELECT journey_id, cart_id, kind, abandoned_at, value, currency, items, suppressed, recovered_at, recovered_value, alert FROM public.abandonments';
COMMENT ON RELATION reporting.actor_events IS 'SELECT actor_id, event_id, "timestamp", time_clamped, journey_id, user_id, session_id, action, page, referrer, device_type, browser, os, load_time, items, value, currency, bot, backfilled, recorded_at FROM public.actor_events';
COMMENT ON RELATION reporting.actor_orders IS 'SELECT actor_id, purchased_at, value, currency, bot FROM public.actor_orders';
COMMENT ON RELATION reporting.alerts IS 'SELECT alert_id, alert_type, severity, "timestamp", resolved, resolved_at, created_at FROM public.alerts';
COMMENT ON RELATION reporting.carts IS 'SELECT journey_id, cart_id, version, status, stage, opened_at, updated_at, closed_at, items, value, currency FROM public.carts';
COMMENT ON RELATION reporting.daily_load_times IS 'SELECT day, page, bot, load_time, views FROM public.daily_load_times';
COMMENT ON RELATION reporting.events IS 'SELECT event_id, "timestamp", time_clamped, journey_id, user_id, session_id, action, page, referrer, device_type, browser, os, load_time, items, value, currency, bot, backfilled, recorded_at FROM public.events';
COMMENT ON RELATION reporting.funnel_steps IS 'SELECT journey_id, event_id, step, reached_at, session_started_at, recorded_at FROM public.funnel_steps';
COMMENT ON RELATION reporting.hourly_funnel IS 'SELECT hour, device_type, source, currency, bot, sessions, bounces, pageviews, seconds, product_sessions, cart_sessions, checkout_sessions, purchase_sessions, purchases, revenue FROM public.hourly_funnel';
COMMENT ON RELATION reporting.hourly_pages IS 'SELECT hour, page, bot, views, visitors, load_times, load_seconds FROM public.hourly_pages';
COMMENT ON RELATION reporting.hourly_products IS 'SELECT hour, product_id, currency, bot, page_views, item_views, views, add_to_carts, remove_from_carts, purchases, units, revenue, refunded_units, refunded FROM public.hourly_products';
COMMENT ON RELATION reporting.journey_segments IS 'SELECT journey_id, since, segment, previous_segment, step, cart_value, currency, sessions, purchases, purchased_value, abandonments FROM public.journey_segments';
COMMENT ON RELATION reporting.orders IS 'SELECT journey_id, event_id, purchased_at, value, currency, items, bot FROM public.orders';
COMMENT ON RELATION reporting.pageviews IS 'SELECT event_id, "timestamp", user_id, session_id, page, device_type, load_time, bot FROM public.pageviews';
COMMENT ON RELATION reporting.purchases IS 'SELECT journey_id, purchase_id, version, purchased_at, cart_id, value, currency, items FROM public.purchases';
COMMENT ON RELATION reporting.record_progress IS 'SELECT topic, partition, read_until FROM public.record_progress';
COMMENT ON RELATION reporting.retention IS 'SELECT table_name, time_column, days, kept_since FROM public.retention';
COMMENT ON RELATION reporting.rule_evaluations IS 'SELECT rule_name, evaluated_at, value, samples, problem FROM public.rule_evaluations';
COMMENT ON RELATION reporting.rule_gaps IS 'SELECT rule_name, gap_from, gap_until, missed, reason, recorded_at FROM public.rule_gaps';
COMMENT ON RELATION reporting.system_metrics IS 'SELECT metric_name, metric_value, "timestamp", metadata, source FROM public.system_metrics';
COMMENT ON RELATION reporting.user_activity IS 'SELECT journey_id, window_end_time, user_id, pageviews, clicks, scrolls, form_submits, video_plays, pages_visited, published, bot, last_event_at FROM public.user_activity';
COMMENT ON RELATION reporting.user_sessions IS 'SELECT journey_id, start_time, end_time, run_start_time, session_id, user_id, device_type, os, browser, events, pageviews, entry_page, exit_page, referrer, duration, bot, clicks, scrolls, form_submits, video_plays, view_items, add_to_carts, remove_from_carts, begin_checkouts, logins, furthest_step, product_at, cart_at, checkout_at, purchase_at, purchases, revenue, refunds, refunded, currency, landing_page, source, utm_source, utm_medium, utm_campaign, bounced FROM public.user_sessions';
COMMENT ON RELATION reporting.usual_load_times IS 'SELECT page, views, median, p95, measured_at FROM public.usual_load_times';
COMMENT ON COLUMN user_sessions.bounced IS 'At most one page view, nothing put into a cart, nothing bought';
COMMENT ON COLUMN user_sessions.currency IS 'Of the first purchase or refund that has a value and a currency';
COMMENT ON COLUMN user_sessions.furthest_step IS 'NULL where no event shows a step';
COMMENT ON COLUMN user_sessions.landing_page IS 'The path of the first event with a page: this event tells the source';
COMMENT ON COLUMN user_sessions.purchases IS 'Events `purchase`, each order once';
COMMENT ON COLUMN user_sessions.refunded IS 'Of the refunds, in `currency`; those in another one are left out';
COMMENT ON COLUMN user_sessions.revenue IS 'Of the purchases, in `currency`; those in another one are left out';
ALTER TABLE abandonments OWNER TO <database>_owner;
ALTER TABLE actor_events OWNER TO <database>_owner;
ALTER FUNCTION actor_events_between(text,timestamp with time zone,timestamp with time zone,xid8) OWNER TO <database>_owner;
ALTER TABLE actor_orders OWNER TO <database>_owner;
ALTER FUNCTION advance_retention() OWNER TO <database>_owner;
ALTER TABLE alerts OWNER TO <database>_owner;
ALTER TABLE audit_log OWNER TO <database>_owner;
ALTER TABLE audit_log_entry_id_seq OWNER TO <database>_owner;
ALTER TABLE carts OWNER TO <database>_owner;
ALTER TABLE clamped_events OWNER TO <database>_owner;
ALTER FUNCTION counted_page(text) OWNER TO <database>_owner;
ALTER TABLE daily_load_times OWNER TO <database>_owner;
ALTER FUNCTION delete_expired(text,integer) OWNER TO <database>_owner;
ALTER FUNCTION delete_unused_keys(uuid[]) OWNER TO <database>_owner;
ALTER FUNCTION derived_since(text) OWNER TO <database>_owner;
ALTER FUNCTION drop_expired_event_days(integer) OWNER TO <database>_owner;
ALTER FUNCTION empty_default_partition() OWNER TO <database>_owner;
ALTER FUNCTION ensure_event_days(date,date) OWNER TO <database>_owner;
ALTER TABLE erasure_counts OWNER TO <database>_owner;
ALTER TABLE erasure_runs OWNER TO <database>_owner;
ALTER TABLE erasure_subjects OWNER TO <database>_owner;
ALTER TABLE erasures OWNER TO <database>_owner;
ALTER TABLE events OWNER TO <database>_owner;
ALTER TABLE events_default OWNER TO <database>_owner;
ALTER FUNCTION events_kept_since() OWNER TO <database>_owner;
ALTER TABLE funnel_steps OWNER TO <database>_owner;
ALTER TABLE hourly_funnel OWNER TO <database>_owner;
ALTER TABLE hourly_pages OWNER TO <database>_owner;
ALTER TABLE hourly_products OWNER TO <database>_owner;
ALTER TABLE identities OWNER TO <database>_owner;
ALTER TABLE journey_keys OWNER TO <database>_owner;
ALTER TABLE journey_segments OWNER TO <database>_owner;
ALTER FUNCTION make_event_day(date) OWNER TO <database>_owner;
ALTER FUNCTION measure_events() OWNER TO <database>_owner;
ALTER FUNCTION note_change_of_suppressions() OWNER TO <database>_owner;
ALTER TABLE orders OWNER TO <database>_owner;
ALTER FUNCTION origin_of(text,text) OWNER TO <database>_owner;
ALTER TABLE pageviews OWNER TO <database>_owner;
ALTER FUNCTION path_of(text) OWNER TO <database>_owner;
ALTER FUNCTION product_of(text) OWNER TO <database>_owner;
ALTER TABLE purchases OWNER TO <database>_owner;
ALTER TABLE record_progress OWNER TO <database>_owner;
ALTER FUNCTION refuse_change_of_audit_log() OWNER TO <database>_owner;
ALTER FUNCTION refuse_suppressed(text,text,text[]) OWNER TO <database>_owner;
ALTER FUNCTION refuse_suppressed_abandonments() OWNER TO <database>_owner;
ALTER FUNCTION refuse_suppressed_alerts() OWNER TO <database>_owner;
ALTER FUNCTION refuse_suppressed_carts() OWNER TO <database>_owner;
ALTER FUNCTION refuse_suppressed_events() OWNER TO <database>_owner;
ALTER FUNCTION refuse_suppressed_funnel_steps() OWNER TO <database>_owner;
ALTER FUNCTION refuse_suppressed_identities() OWNER TO <database>_owner;
ALTER FUNCTION refuse_suppressed_journey_segments() OWNER TO <database>_owner;
ALTER FUNCTION refuse_suppressed_orders() OWNER TO <database>_owner;
ALTER FUNCTION refuse_suppressed_purchases() OWNER TO <database>_owner;
ALTER FUNCTION refuse_suppressed_user_activity() OWNER TO <database>_owner;
ALTER FUNCTION refuse_suppressed_user_sessions() OWNER TO <database>_owner;
ALTER TABLE replayed_dead_letters OWNER TO <database>_owner;
ALTER TABLE report_rebuild OWNER TO <database>_owner;
ALTER FUNCTION report_time(text) OWNER TO <database>_owner;
ALTER TABLE reporting.abandonments OWNER TO <database>_owner;
ALTER TABLE reporting.actor_events OWNER TO <database>_owner;
ALTER TABLE reporting.actor_orders OWNER TO <database>_owner;
ALTER TABLE reporting.alerts OWNER TO <database>_owner;
ALTER TABLE reporting.carts OWNER TO <database>_owner;
ALTER TABLE reporting.daily_load_times OWNER TO <database>_owner;
ALTER TABLE reporting.events OWNER TO <database>_owner;
ALTER TABLE reporting.funnel_steps OWNER TO <database>_owner;
ALTER TABLE reporting.hourly_funnel OWNER TO <database>_owner;
ALTER TABLE reporting.hourly_pages OWNER TO <database>_owner;
ALTER TABLE reporting.hourly_products OWNER TO <database>_owner;
ALTER TABLE reporting.journey_segments OWNER TO <database>_owner;
ALTER TABLE reporting.orders OWNER TO <database>_owner;
ALTER TABLE reporting.pageviews OWNER TO <database>_owner;
ALTER TABLE reporting.purchases OWNER TO <database>_owner;
ALTER TABLE reporting.record_progress OWNER TO <database>_owner;
ALTER TABLE reporting.retention OWNER TO <database>_owner;
ALTER TABLE reporting.rule_evaluations OWNER TO <database>_owner;
ALTER TABLE reporting.rule_gaps OWNER TO <database>_owner;
ALTER TABLE reporting.system_metrics OWNER TO <database>_owner;
ALTER TABLE reporting.user_activity OWNER TO <database>_owner;
ALTER TABLE reporting.user_sessions OWNER TO <database>_owner;
ALTER TABLE reporting.usual_load_times OWNER TO <database>_owner;
ALTER TABLE retention OWNER TO <database>_owner;
ALTER TABLE roll_up_marks OWNER TO <database>_owner;
ALTER FUNCTION rounded_load_time(double precision) OWNER TO <database>_owner;
ALTER TABLE rule_evaluations OWNER TO <database>_owner;
ALTER TABLE rule_gaps OWNER TO <database>_owner;
ALTER TABLE schema_migrations OWNER TO <database>_owner;
ALTER FUNCTION share_of(user_sessions) OWNER TO <database>_owner;
ALTER FUNCTION source_of(text,text) OWNER TO <database>_owner;
ALTER FUNCTION step_of(text,text) OWNER TO <database>_owner;
ALTER FUNCTION step_shown(text,funnel_step,timestamp with time zone,timestamp with time zone) OWNER TO <database>_owner;
ALTER FUNCTION subject_reference(text) OWNER TO <database>_owner;
ALTER TABLE suppression_version OWNER TO <database>_owner;
ALTER TABLE suppressions OWNER TO <database>_owner;
ALTER TABLE system_metrics OWNER TO <database>_owner;
ALTER FUNCTION url_decoded(text) OWNER TO <database>_owner;
ALTER TABLE user_activity OWNER TO <database>_owner;
ALTER TABLE user_sessions OWNER TO <database>_owner;
ALTER TABLE usual_load_times OWNER TO <database>_owner;
ALTER FUNCTION utm_parameter(text,text) OWNER TO <database>_owner;
ALTER FUNCTION write_audit_entry(text,text,text,jsonb,text) OWNER TO <database>_owner;
GRANT UPDATE ON COLUMN alerts.metadata TO <database>_writer;
GRANT UPDATE ON COLUMN alerts.published_at TO <database>_writer;
GRANT UPDATE ON COLUMN alerts.resolved TO <database>_writer;
GRANT UPDATE ON COLUMN alerts.resolved_at TO <database>_writer;
GRANT UPDATE ON COLUMN alerts.resolved_by TO <database>_writer;
GRANT UPDATE ON COLUMN alerts.resolved_published_at TO <database>_writer;
GRANT UPDATE ON COLUMN events.backfilled TO <database>_writer;
GRANT UPDATE ON COLUMN events.recorded_at TO <database>_writer;
GRANT UPDATE ON COLUMN events.source_offset TO <database>_writer;
GRANT UPDATE ON COLUMN events.source_partition TO <database>_writer;
GRANT EXECUTE ON FUNCTION actor_events_between(text,timestamp with time zone,timestamp with time zone,xid8) TO <database>_writer;
GRANT EXECUTE ON FUNCTION advance_retention() TO <database>_writer;
GRANT EXECUTE ON FUNCTION counted_page(text) TO <database>_eraser;
GRANT EXECUTE ON FUNCTION counted_page(text) TO <database>_reporter;
GRANT EXECUTE ON FUNCTION counted_page(text) TO <database>_writer;
GRANT EXECUTE ON FUNCTION delete_expired(text,integer) TO <database>_writer;
GRANT EXECUTE ON FUNCTION delete_unused_keys(uuid[]) TO <database>_writer;
GRANT EXECUTE ON FUNCTION derived_since(text) TO <database>_writer;
GRANT EXECUTE ON FUNCTION drop_expired_event_days(integer) TO <database>_writer;
GRANT EXECUTE ON FUNCTION empty_default_partition() TO <database>_writer;
GRANT EXECUTE ON FUNCTION ensure_event_days(date,date) TO <database>_writer;
GRANT EXECUTE ON FUNCTION events_kept_since() TO <database>_eraser;
GRANT EXECUTE ON FUNCTION events_kept_since() TO <database>_reporter;
GRANT EXECUTE ON FUNCTION events_kept_since() TO <database>_writer;
GRANT EXECUTE ON FUNCTION measure_events() TO <database>_writer;
GRANT EXECUTE ON FUNCTION origin_of(text,text) TO <database>_eraser;
GRANT EXECUTE ON FUNCTION origin_of(text,text) TO <database>_reporter;
GRANT EXECUTE ON FUNCTION origin_of(text,text) TO <database>_writer;
GRANT EXECUTE ON FUNCTION path_of(text) TO <database>_eraser;
GRANT EXECUTE ON FUNCTION path_of(text) TO <database>_reporter;
GRANT EXECUTE ON FUNCTION path_of(text) TO <database>_writer;
GRANT EXECUTE ON FUNCTION product_of(text) TO <database>_eraser;
GRANT EXECUTE ON FUNCTION product_of(text) TO <database>_reporter;
GRANT EXECUTE ON FUNCTION product_of(text) TO <database>_writer;
GRANT EXECUTE ON FUNCTION report_time(text) TO <database>_eraser;
GRANT EXECUTE ON FUNCTION report_time(text) TO <database>_reporter;
GRANT EXECUTE ON FUNCTION report_time(text) TO <database>_writer;
GRANT EXECUTE ON FUNCTION rounded_load_time(double precision) TO <database>_eraser;
GRANT EXECUTE ON FUNCTION rounded_load_time(double precision) TO <database>_reporter;
GRANT EXECUTE ON FUNCTION rounded_load_time(double precision) TO <database>_writer;
GRANT EXECUTE ON FUNCTION share_of(user_sessions) TO <database>_writer;
GRANT EXECUTE ON FUNCTION source_of(text,text) TO <database>_eraser;
GRANT EXECUTE ON FUNCTION source_of(text,text) TO <database>_reporter;
GRANT EXECUTE ON FUNCTION source_of(text,text) TO <database>_writer;
GRANT EXECUTE ON FUNCTION step_of(text,text) TO <database>_eraser;
GRANT EXECUTE ON FUNCTION step_of(text,text) TO <database>_reporter;
GRANT EXECUTE ON FUNCTION step_of(text,text) TO <database>_writer;
GRANT EXECUTE ON FUNCTION step_shown(text,funnel_step,timestamp with time zone,timestamp with time zone) TO <database>_reporter;
GRANT EXECUTE ON FUNCTION subject_reference(text) TO <database>_eraser;
GRANT EXECUTE ON FUNCTION subject_reference(text) TO <database>_writer;
GRANT EXECUTE ON FUNCTION url_decoded(text) TO <database>_eraser;
GRANT EXECUTE ON FUNCTION url_decoded(text) TO <database>_reporter;
GRANT EXECUTE ON FUNCTION url_decoded(text) TO <database>_writer;
GRANT EXECUTE ON FUNCTION utm_parameter(text,text) TO <database>_eraser;
GRANT EXECUTE ON FUNCTION utm_parameter(text,text) TO <database>_reporter;
GRANT EXECUTE ON FUNCTION utm_parameter(text,text) TO <database>_writer;
GRANT EXECUTE ON FUNCTION write_audit_entry(text,text,text,jsonb,text) TO <database>_eraser;
GRANT EXECUTE ON FUNCTION write_audit_entry(text,text,text,jsonb,text) TO <database>_writer;
GRANT CREATE, USAGE ON SCHEMA public TO <database>_owner;
GRANT USAGE ON SCHEMA public TO PUBLIC;
GRANT USAGE ON SCHEMA reporting TO <database>_reporter;
GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE abandonments TO <database>_writer;
GRANT DELETE, SELECT, UPDATE ON TABLE abandonments TO <database>_eraser;
GRANT SELECT ON TABLE actor_events TO <database>_eraser;
GRANT SELECT ON TABLE actor_events TO <database>_writer;
GRANT DELETE, SELECT, UPDATE ON TABLE alerts TO <database>_eraser;
GRANT INSERT, SELECT ON TABLE alerts TO <database>_writer;
GRANT SELECT ON TABLE audit_log TO <database>_eraser;
GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE carts TO <database>_writer;
GRANT DELETE, SELECT, UPDATE ON TABLE carts TO <database>_eraser;
GRANT DELETE, SELECT ON TABLE clamped_events TO <database>_eraser;
GRANT INSERT, SELECT ON TABLE clamped_events TO <database>_writer;
GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE daily_load_times TO <database>_writer;
GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE erasure_counts TO <database>_eraser;
GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE erasure_runs TO <database>_eraser;
GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE erasure_subjects TO <database>_eraser;
GRANT INSERT, SELECT, UPDATE ON TABLE erasures TO <database>_eraser;
GRANT DELETE, SELECT, UPDATE ON TABLE events TO <database>_eraser;
GRANT INSERT, SELECT ON TABLE events TO <database>_writer;
GRANT DELETE, INSERT, SELECT ON TABLE funnel_steps TO <database>_writer;
GRANT DELETE, SELECT, UPDATE ON TABLE funnel_steps TO <database>_eraser;
GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE hourly_funnel TO <database>_writer;
GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE hourly_pages TO <database>_writer;
GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE hourly_products TO <database>_writer;
GRANT DELETE, SELECT, UPDATE ON TABLE identities TO <database>_eraser;
GRANT INSERT, SELECT, UPDATE ON TABLE identities TO <database>_writer;
GRANT DELETE, SELECT ON TABLE journey_keys TO <database>_eraser;
GRANT INSERT, SELECT, UPDATE ON TABLE journey_keys TO <database>_writer;
GRANT DELETE, INSERT, SELECT ON TABLE journey_segments TO <database>_writer;
GRANT DELETE, SELECT, UPDATE ON TABLE journey_segments TO <database>_eraser;
GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE orders TO <database>_writer;
GRANT DELETE, SELECT, UPDATE ON TABLE orders TO <database>_eraser;
GRANT SELECT ON TABLE pageviews TO <database>_writer;
GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE purchases TO <database>_writer;
GRANT DELETE, SELECT, UPDATE ON TABLE purchases TO <database>_eraser;
GRANT INSERT, SELECT, UPDATE ON TABLE record_progress TO <database>_writer;
GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE replayed_dead_letters TO <database>_writer;
GRANT INSERT, SELECT, UPDATE ON TABLE report_rebuild TO <database>_writer;
GRANT SELECT, UPDATE ON TABLE report_rebuild TO <database>_eraser;
GRANT SELECT ON TABLE reporting.abandonments TO <database>_reporter;
GRANT SELECT ON TABLE reporting.actor_events TO <database>_reporter;
GRANT SELECT ON TABLE reporting.actor_orders TO <database>_reporter;
GRANT SELECT ON TABLE reporting.alerts TO <database>_reporter;
GRANT SELECT ON TABLE reporting.carts TO <database>_reporter;
GRANT SELECT ON TABLE reporting.daily_load_times TO <database>_reporter;
GRANT SELECT ON TABLE reporting.events TO <database>_reporter;
GRANT SELECT ON TABLE reporting.funnel_steps TO <database>_reporter;
GRANT SELECT ON TABLE reporting.hourly_funnel TO <database>_reporter;
GRANT SELECT ON TABLE reporting.hourly_pages TO <database>_reporter;
GRANT SELECT ON TABLE reporting.hourly_products TO <database>_reporter;
GRANT SELECT ON TABLE reporting.journey_segments TO <database>_reporter;
GRANT SELECT ON TABLE reporting.orders TO <database>_reporter;
GRANT SELECT ON TABLE reporting.pageviews TO <database>_reporter;
GRANT SELECT ON TABLE reporting.purchases TO <database>_reporter;
GRANT SELECT ON TABLE reporting.record_progress TO <database>_reporter;
GRANT SELECT ON TABLE reporting.retention TO <database>_reporter;
GRANT SELECT ON TABLE reporting.rule_evaluations TO <database>_reporter;
GRANT SELECT ON TABLE reporting.rule_gaps TO <database>_reporter;
GRANT SELECT ON TABLE reporting.system_metrics TO <database>_reporter;
GRANT SELECT ON TABLE reporting.user_activity TO <database>_reporter;
GRANT SELECT ON TABLE reporting.user_sessions TO <database>_reporter;
GRANT SELECT ON TABLE reporting.usual_load_times TO <database>_reporter;
GRANT SELECT ON TABLE retention TO <database>_eraser;
GRANT SELECT ON TABLE retention TO <database>_writer;
GRANT SELECT, UPDATE ON TABLE roll_up_marks TO <database>_writer;
GRANT INSERT, SELECT ON TABLE rule_evaluations TO <database>_writer;
GRANT INSERT, SELECT, UPDATE ON TABLE rule_gaps TO <database>_writer;
GRANT SELECT ON TABLE suppression_version TO <database>_eraser;
GRANT SELECT ON TABLE suppression_version TO <database>_writer;
GRANT INSERT, SELECT, UPDATE ON TABLE suppressions TO <database>_eraser;
GRANT SELECT ON TABLE suppressions TO <database>_writer;
GRANT INSERT, SELECT ON TABLE system_metrics TO <database>_writer;
GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE user_activity TO <database>_writer;
GRANT DELETE, SELECT, UPDATE ON TABLE user_activity TO <database>_eraser;
GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE user_sessions TO <database>_writer;
GRANT DELETE, SELECT, UPDATE ON TABLE user_sessions TO <database>_eraser;
GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE usual_load_times TO <database>_writer;
