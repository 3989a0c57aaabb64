-- Bots are recorded like everybody, and marked: a report leaves them out with `NOT bot`.

-- A robot's user agent stands in the event.
ALTER TABLE events ADD COLUMN bot boolean NOT NULL DEFAULT false;

-- A bot's event is in it.
ALTER TABLE user_sessions ADD COLUMN bot boolean NOT NULL DEFAULT false;
ALTER TABLE user_activity ADD COLUMN bot boolean NOT NULL DEFAULT false;

CREATE OR REPLACE VIEW pageviews AS
  SELECT event_id, "timestamp", user_id, session_id, page, device_type, load_time, bot
  FROM events
  WHERE action = 'pageview';
