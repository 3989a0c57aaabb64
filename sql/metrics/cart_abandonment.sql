-- Carts and checkouts that were abandoned in the window, of those that ended in it: abandoned or bought.
SELECT abandoned::float8 / nullif(abandoned + bought, 0) AS value, abandoned + bought AS samples
FROM (
  SELECT
    (SELECT count(*) FROM abandonments WHERE abandoned_at >= window_start AND abandoned_at < window_end) AS abandoned,
    (
      SELECT count(*) FROM carts
      WHERE closed_at >= window_start AND closed_at < window_end AND status = 'purchased'
    ) AS bought
) AS ended
