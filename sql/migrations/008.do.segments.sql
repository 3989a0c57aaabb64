-- What a shopper was to the shop and since when: one row for each change that `user-activity` was told of. A journey
-- begins as `new`, which has no row.
CREATE TABLE journey_segments (
  journey_id        text NOT NULL,
  since             timestamptz NOT NULL,
  segment           text NOT NULL,
  -- As in the message on the topic.
  segment_id        text NOT NULL,
  previous_segment  text NOT NULL,
  -- Why, in words, and the facts of that moment.
  because           text NOT NULL,
  step              text NOT NULL,
  cart_value        numeric(14, 2),
  currency          text,
  sessions          integer NOT NULL,
  purchases         integer NOT NULL,
  purchased_value   numeric(20, 2) NOT NULL,
  abandonments      integer NOT NULL,
  recorded_at       timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (journey_id, since, segment)
);
