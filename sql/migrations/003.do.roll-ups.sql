-- What concerns everybody: derived from the record by scheduled roll-ups, and always derivable again.

CREATE TABLE user_sessions (
  journey_id      text NOT NULL,
  start_time      timestamptz NOT NULL,
  end_time        timestamptz NOT NULL,
  -- The first event of the unbroken run of events it is cut from: a session of 24 h is counted from here.
  run_start_time  timestamptz NOT NULL,
  -- The client's own session id (its pseudonym) at the session's first event that has one.
  session_id      text,
  user_id         text,
  device_type     text,
  os              text,
  browser         text,
  events          integer NOT NULL,
  pageviews       integer NOT NULL,
  entry_page      text,
  exit_page       text,
  referrer        text,
  duration        interval GENERATED ALWAYS AS (end_time - start_time) STORED,
  PRIMARY KEY (journey_id, start_time)
);
CREATE INDEX user_sessions_session ON user_sessions (session_id);
CREATE INDEX user_sessions_start ON user_sessions (start_time);

-- One row a user and minute with any activity; `window_end_time` is the minute's end. Visitors are kept under their journey.
CREATE TABLE user_activity (
  journey_id      text NOT NULL,
  window_end_time timestamptz NOT NULL,
  user_id         text,
  pageviews       integer NOT NULL,
  clicks          integer NOT NULL,
  scrolls         integer NOT NULL,
  form_submits    integer NOT NULL,
  video_plays     integer NOT NULL,
  pages_visited   text[] NOT NULL,
  -- Whether the `user-activity` topic has been told of these numbers.
  published       boolean NOT NULL DEFAULT false,
  PRIMARY KEY (journey_id, window_end_time)
);
CREATE INDEX user_activity_window ON user_activity (window_end_time);
CREATE INDEX user_activity_unpublished ON user_activity (window_end_time) WHERE NOT published;

-- How far each roll-up has read the record. The row is locked for a run, so that two never overlap.
CREATE TABLE roll_up_marks (
  name            text PRIMARY KEY,
  recorded_before xid8 NOT NULL
);
INSERT INTO roll_up_marks VALUES ('sessions', '0'), ('minutes', '0');
