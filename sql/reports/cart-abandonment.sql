-- Abandoned carts by shopper: what was left behind and came back, and how far each has come in the funnel.
-- since (time): where the time begins
\if :{?since} \set _since :since \else \set _since 7d \endif
-- until (time): where the time ends
\if :{?until} \set _until :until \else \set _until now \endif
-- limit (count): how many rows at most
\if :{?limit} \set _limit :limit \else \set _limit 100 \endif
-- bots (exclude or include): robots
\if :{?bots} \set _bots :bots \else \set _bots exclude \endif
SELECT report_time(:'_since') AS _since, report_time(:'_until') AS _until \gset

WITH abandoned AS (
  SELECT journey_id, currency, count(*) AS abandonments, count(*) FILTER (WHERE kind = 'checkout') AS in_checkout,
    sum(value) AS value, count(recovered_at) AS recovered, sum(recovered_value) AS recovered_value,
    max(abandoned_at) AS last_abandoned_at,
    (array_agg(recovered_at ORDER BY abandoned_at DESC))[1] AS last_recovered_at
  FROM abandonments
  WHERE abandoned_at >= :'_since'::timestamptz AND abandoned_at < :'_until'::timestamptz
  GROUP BY journey_id, currency
)
SELECT
  journey_id AS shopper,
  CASE
    WHEN last_recovered_at IS NOT NULL THEN 'recovered'
    WHEN seen.last_seen_at <= last_abandoned_at THEN 'away'
    WHEN seen.last_bought_at > last_abandoned_at THEN 'bought later'
    ELSE 'came back'
  END AS status,
  seen.furthest_step::text,
  seen.last_step::text,
  abandonments,
  in_checkout,
  value AS abandoned_value,
  recovered,
  recovered_value,
  currency,
  last_abandoned_at,
  seen.last_seen_at
FROM abandoned a
CROSS JOIN LATERAL (
  SELECT max(furthest_step) AS furthest_step, max(end_time) AS last_seen_at, max(purchase_at) AS last_bought_at,
    (array_agg(furthest_step ORDER BY start_time DESC))[1] AS last_step, coalesce(bool_and(bot), false) AS bot
  FROM user_sessions s
  WHERE s.journey_id = a.journey_id AND s.start_time < :'_until'::timestamptz
    AND s.end_time >= :'_since'::timestamptz
) AS seen
WHERE :'_bots' = 'include' OR NOT seen.bot
ORDER BY last_abandoned_at DESC, journey_id, currency
LIMIT :'_limit'::bigint;
