-- Who may do what in this database, decided in this one place: docs/access.md tells why. `aisle migrate` applies it after every run
-- (sql/apply-access.sql), whole or not at all. What has no line here is open to its owner alone, and a test fails.
-- The roles are <database>_owner, <database>_writer (bridge and worker), <database>_eraser and <database>_reporter.

CREATE TEMPORARY TABLE relation_access (
  -- A table, partitioned table (its partitions follow), view or sequence of the schema public.
  relation  text PRIMARY KEY,
  -- Privileges as in GRANT; '' is none.
  writer    text NOT NULL,
  eraser    text NOT NULL,
  -- Columns of the view reporting.<relation>, which is all that the reporter sees; '*' for all of them, '' for no view.
  reporter  text NOT NULL
) ON COMMIT DROP;

INSERT INTO relation_access VALUES
  -- The record. The writer adds to it, and changes no more than where and how an event came. The reporter sees no free text of
  -- a producer, and no order id.
  ('events', 'SELECT, INSERT, UPDATE (recorded_at, backfilled, source_partition, source_offset)', 'SELECT, UPDATE, DELETE',
    'event_id, "timestamp", time_clamped, journey_id, user_id, session_id, action, page, referrer, device_type, browser, os,
     load_time, items, value, currency, bot, backfilled, recorded_at'),
  ('actor_events', 'SELECT', 'SELECT',
    'actor_id, event_id, "timestamp", time_clamped, journey_id, user_id, session_id, action, page, referrer, device_type,
     browser, os, load_time, items, value, currency, bot, backfilled, recorded_at'),
  ('pageviews', 'SELECT', '', '*'),
  ('clamped_events', 'SELECT, INSERT', 'SELECT, DELETE', ''),
  ('retention', 'SELECT', 'SELECT', '*'),
  ('record_progress', 'SELECT, INSERT, UPDATE', '', '*'),
  -- Who a visitor turned out to be: for nobody who only reads reports.
  ('identities', 'SELECT, INSERT, UPDATE', 'SELECT, UPDATE, DELETE', ''),

  -- The journeys'. A visitor's rows are taken back when they become a user's: DELETE.
  ('funnel_steps', 'SELECT, INSERT, DELETE', 'SELECT, UPDATE, DELETE', '*'),
  ('carts', 'SELECT, INSERT, UPDATE, DELETE', 'SELECT, UPDATE, DELETE', '*'),
  ('purchases', 'SELECT, INSERT, UPDATE, DELETE', 'SELECT, UPDATE, DELETE',
    'journey_id, purchase_id, version, purchased_at, cart_id, value, currency, items'),
  ('abandonments', 'SELECT, INSERT, UPDATE, DELETE', 'SELECT, UPDATE, DELETE', '*'),
  ('journey_segments', 'SELECT, INSERT, DELETE', 'SELECT, UPDATE, DELETE',
    'journey_id, since, segment, previous_segment, step, cart_value, currency, sessions, purchases, purchased_value,
     abandonments'),
  -- What an alert says in words and metadata is about one user; who resolved it is a person too.
  ('alerts', 'SELECT, INSERT, UPDATE (published_at, resolved, resolved_at, resolved_by, resolved_published_at, metadata)', 'SELECT, UPDATE, DELETE',
    'alert_id, alert_type, severity, "timestamp", resolved, resolved_at, created_at'),

  -- Derived from the record, and made again by roll-ups: DELETE.
  ('user_sessions', 'SELECT, INSERT, UPDATE, DELETE', 'SELECT, UPDATE, DELETE',
    'journey_id, start_time, end_time, run_start_time, session_id, user_id, device_type, os, browser, events, pageviews,
     entry_page, exit_page, referrer, duration, bot, clicks, scrolls, form_submits, video_plays, view_items, add_to_carts,
     remove_from_carts, begin_checkouts, logins, furthest_step, product_at, cart_at, checkout_at, purchase_at, purchases,
     revenue, refunds, refunded, currency, landing_page, source, utm_source, utm_medium, utm_campaign, bounced'),
  ('user_activity', 'SELECT, INSERT, UPDATE, DELETE', 'SELECT, UPDATE, DELETE', '*'),
  ('usual_load_times', 'SELECT, INSERT, UPDATE, DELETE', '', '*'),
  ('roll_up_marks', 'SELECT, UPDATE', '', ''),
  ('report_rebuild', 'SELECT, INSERT, UPDATE', 'SELECT, UPDATE', ''),
  -- An order's key may be the shop's order id.
  ('orders', 'SELECT, INSERT, UPDATE, DELETE', 'SELECT, UPDATE, DELETE',
    'journey_id, event_id, purchased_at, value, currency, items, bot'),
  -- Under the journey that an order counts for: `identities` stays hidden.
  ('actor_orders', '', '', 'actor_id, purchased_at, value, currency, bot'),
  -- Sums hold nobody's rows: an erasure leaves them as they are.
  ('hourly_funnel', 'SELECT, INSERT, UPDATE, DELETE', '', '*'),
  ('hourly_pages', 'SELECT, INSERT, UPDATE, DELETE', '', '*'),
  ('hourly_products', 'SELECT, INSERT, UPDATE, DELETE', '', '*'),
  ('daily_load_times', 'SELECT, INSERT, UPDATE, DELETE', '', '*'),

  -- A replay that never sent anything is forgotten: DELETE.
  ('replayed_dead_letters', 'SELECT, INSERT, UPDATE, DELETE', '', ''),
  -- The keys of encrypted payloads: whoever erases somebody destroys theirs.
  ('journey_keys', 'SELECT, INSERT, UPDATE', 'SELECT, DELETE', ''),
  ('system_metrics', 'SELECT, INSERT', '', '*'),
  ('rule_evaluations', 'SELECT, INSERT', '', '*'),
  ('rule_gaps', 'SELECT, INSERT, UPDATE', '', '*'),
  ('schema_migrations', '', '', ''),

  -- Written by write_audit_entry alone, and read by whoever answers for erasures.
  ('audit_log', '', 'SELECT', ''),
  ('audit_log_entry_id_seq', '', '', ''),

  -- Erasures. The writer must know who may not come back, by a reference that tells it nothing.
  ('erasures', '', 'SELECT, INSERT, UPDATE', ''),
  ('erasure_subjects', '', 'SELECT, INSERT, UPDATE, DELETE', ''),
  ('erasure_counts', '', 'SELECT, INSERT, UPDATE, DELETE', ''),
  ('erasure_runs', '', 'SELECT, INSERT, UPDATE, DELETE', ''),
  ('suppressions', 'SELECT', 'SELECT, INSERT, UPDATE', ''),
  ('suppression_version', 'SELECT', 'SELECT', '');

CREATE TEMPORARY TABLE function_access (
  -- With the types of its arguments, such as drop_days(date, integer).
  function  text PRIMARY KEY,
  -- Runs with its owner's rights, whoever calls it. Such a function gets a search_path that no caller can change.
  definer   boolean NOT NULL,
  -- Which of writer, eraser and reporter may call it, separated by commas; '' is none, as for a trigger.
  callers   text NOT NULL
) ON COMMIT DROP;

INSERT INTO function_access VALUES
  -- Days and retention: all that the writer may make and drop. What is kept comes from the table of that name.
  ('ensure_event_days(date, date)', true, 'writer'),
  ('make_event_day(date)', false, ''),
  ('empty_default_partition()', true, 'writer'),
  ('measure_events()', true, 'writer'),
  ('advance_retention()', true, 'writer'),
  ('drop_expired_event_days(integer)', true, 'writer'),
  ('delete_expired(text, integer)', true, 'writer'),
  ('delete_unused_keys(uuid[])', true, 'writer'),
  ('events_kept_since()', false, 'writer, eraser, reporter'),

  -- They compute, and read nothing.
  ('path_of(text)', false, 'writer, eraser, reporter'),
  ('step_of(text, text)', false, 'writer, eraser, reporter'),
  ('url_decoded(text)', false, 'writer, eraser, reporter'),
  ('utm_parameter(text, text)', false, 'writer, eraser, reporter'),
  ('origin_of(text, text)', false, 'writer, eraser, reporter'),
  ('source_of(text, text)', false, 'writer, eraser, reporter'),
  ('counted_page(text)', false, 'writer, eraser, reporter'),
  ('product_of(text)', false, 'writer, eraser, reporter'),
  ('rounded_load_time(double precision)', false, 'writer, eraser, reporter'),
  ('report_time(text)', false, 'writer, eraser, reporter'),
  -- What a report asks of its own views.
  ('step_shown(text, funnel_step, timestamptz, timestamptz)', false, 'reporter'),

  -- What roll-ups read and work out.
  ('derived_since(text)', false, 'writer'),
  ('actor_events_between(text, timestamptz, timestamptz, xid8)', false, 'writer'),
  ('share_of(user_sessions)', false, 'writer'),

  ('refuse_change_of_audit_log()', false, ''),
  ('write_audit_entry(text, text, text, jsonb, text)', true, 'writer, eraser'),

  -- The guards against who was erased delete what others may only add: they run with their owner's rights.
  ('subject_reference(text)', false, 'writer, eraser'),
  ('note_change_of_suppressions()', true, ''),
  ('refuse_suppressed(text, text, text[])', false, ''),
  ('refuse_suppressed_events()', true, ''),
  ('refuse_suppressed_funnel_steps()', true, ''),
  ('refuse_suppressed_carts()', true, ''),
  ('refuse_suppressed_purchases()', true, ''),
  ('refuse_suppressed_orders()', true, ''),
  ('refuse_suppressed_abandonments()', true, ''),
  ('refuse_suppressed_journey_segments()', true, ''),
  ('refuse_suppressed_alerts()', true, ''),
  ('refuse_suppressed_user_sessions()', true, ''),
  ('refuse_suppressed_user_activity()', true, ''),
  ('refuse_suppressed_identities()', true, '');
