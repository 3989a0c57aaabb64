-- Minutes of a period, and one minute of one journey. By the time alone, a roll-up could come to read everybody's row of a minute for
-- each of them: where few were active in most minutes, the planner takes that for as good as the primary key.
DROP INDEX user_activity_window;
CREATE INDEX user_activity_window ON user_activity (window_end_time, journey_id);
