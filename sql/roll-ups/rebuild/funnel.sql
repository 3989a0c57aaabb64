-- Sums up the sessions that began from $1 to before $2, full hours without rows.
INSERT INTO hourly_funnel
SELECT hour, share.device_type, share.source, share.currency, share.bot, sum(share.sessions), sum(share.bounces),
  sum(share.pageviews), sum(share.seconds), sum(share.product_sessions), sum(share.cart_sessions),
  sum(share.checkout_sessions), sum(share.purchase_sessions), sum(share.purchases), sum(share.revenue)
FROM user_sessions
CROSS JOIN LATERAL share_of(user_sessions) AS share
WHERE start_time >= $1::timestamptz AND start_time < $2::timestamptz
GROUP BY hour, share.device_type, share.source, share.currency, share.bot;
