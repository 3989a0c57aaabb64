-- Sessions as reports need them: what was done, how far it went, what it was worth, and where it came from.

-- The funnel of events/funnel.ts, in its order: a step is compared with `>=`.
CREATE TYPE funnel_step AS ENUM ('browse', 'product', 'cart', 'checkout', 'purchase');

-- A page or referrer without what is left of its query, the UTM parameters.
CREATE FUNCTION path_of(location text) RETURNS text
  LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
  RETURN split_part(location, '?', 1);

-- The funnel step that an event shows, as in events/actions.ts; NULL where it shows none. A test compares the two.
CREATE FUNCTION step_of(action text, page text) RETURNS funnel_step
  LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN CASE action
    WHEN 'pageview' THEN CASE
      WHEN page IS NULL THEN NULL
      WHEN page NOT LIKE '/%' THEN 'browse'
      ELSE CASE split_part(lower(split_part(page, '?', 1)), '/', 2)
        WHEN 'product' THEN 'product'
        WHEN 'cart' THEN 'cart'
        WHEN 'checkout' THEN 'checkout'
        WHEN 'purchase-complete' THEN 'purchase'
        ELSE 'browse'
      END
    END
    WHEN 'view_item' THEN 'product'
    WHEN 'add_to_cart' THEN 'cart'
    WHEN 'begin_checkout' THEN 'checkout'
    WHEN 'add_payment_info' THEN 'checkout'
    WHEN 'purchase' THEN 'purchase'
  END::funnel_step;

-- A value of a query as people wrote it. One that is no text when decoded stays as it is: a roll-up must not stop at it.
CREATE FUNCTION url_decoded(encoded text) RETURNS text
  LANGUAGE plpgsql IMMUTABLE STRICT AS
$$
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
$$;

-- The value of a parameter such as `utm_source`; NULL where the location has none, or an empty one.
CREATE FUNCTION utm_parameter(location text, name text) RETURNS text
  LANGUAGE sql IMMUTABLE STRICT
  RETURN nullif(url_decoded(substring(location FROM '(?i)[?&]' || name || '=([^&#]*)')), '');

-- Which of the two says where a visit came from: the page it landed on if that has a campaign, or else the referrer.
CREATE FUNCTION origin_of(page text, referrer text) RETURNS text
  LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN CASE WHEN page ~* '[?&]utm_source=[^&#]' THEN page ELSE referrer END;

-- The campaign's source, or else the referrer's host, or else `direct`. A referrer that is a path is the shop itself.
CREATE FUNCTION source_of(page text, referrer text) RETURNS text
  LANGUAGE sql IMMUTABLE
  RETURN coalesce(
    utm_parameter(origin_of(page, referrer), 'utm_source'),
    substring(lower(referrer) FROM '^[a-z][a-z0-9+.-]*://(?:www\.)?([^/:?#]+)'),
    'direct');

ALTER TABLE user_sessions
  ADD COLUMN clicks            integer NOT NULL DEFAULT 0,
  ADD COLUMN scrolls           integer NOT NULL DEFAULT 0,
  ADD COLUMN form_submits      integer NOT NULL DEFAULT 0,
  ADD COLUMN video_plays       integer NOT NULL DEFAULT 0,
  ADD COLUMN view_items        integer NOT NULL DEFAULT 0,
  ADD COLUMN add_to_carts      integer NOT NULL DEFAULT 0,
  ADD COLUMN remove_from_carts integer NOT NULL DEFAULT 0,
  ADD COLUMN begin_checkouts   integer NOT NULL DEFAULT 0,
  ADD COLUMN logins            integer NOT NULL DEFAULT 0,
  ADD COLUMN furthest_step     funnel_step,
  -- The first event that shows just this step.
  ADD COLUMN product_at        timestamptz,
  ADD COLUMN cart_at           timestamptz,
  ADD COLUMN checkout_at       timestamptz,
  ADD COLUMN purchase_at       timestamptz,
  ADD COLUMN purchases         integer NOT NULL DEFAULT 0,
  ADD COLUMN order_ids         text[] NOT NULL DEFAULT '{}',
  ADD COLUMN revenue           numeric(20, 2) NOT NULL DEFAULT 0,
  ADD COLUMN refunds           integer NOT NULL DEFAULT 0,
  ADD COLUMN refunded          numeric(20, 2) NOT NULL DEFAULT 0,
  ADD COLUMN currency          text,
  ADD COLUMN landing_page      text,
  ADD COLUMN source            text NOT NULL DEFAULT 'direct',
  ADD COLUMN utm_source        text,
  ADD COLUMN utm_medium        text,
  ADD COLUMN utm_campaign      text;
ALTER TABLE user_sessions
  ADD COLUMN bounced boolean NOT NULL GENERATED ALWAYS AS (pageviews <= 1 AND add_to_carts = 0 AND purchases = 0) STORED;

COMMENT ON COLUMN user_sessions.furthest_step IS 'NULL where no event shows a step';
COMMENT ON COLUMN user_sessions.purchases IS 'Events `purchase`, each order once';
COMMENT ON COLUMN user_sessions.currency IS 'Of the first purchase or refund that has a value and a currency';
COMMENT ON COLUMN user_sessions.revenue IS 'Of the purchases, in `currency`; those in another one are left out';
COMMENT ON COLUMN user_sessions.refunded IS 'Of the refunds, in `currency`; those in another one are left out';
COMMENT ON COLUMN user_sessions.landing_page IS 'The path of the first event with a page: this event tells the source';
COMMENT ON COLUMN user_sessions.bounced IS 'At most one page view, nothing put into a cart, nothing bought';

-- What came later can be added to a minute without counting it again.
ALTER TABLE user_activity ADD COLUMN last_event_at timestamptz;
