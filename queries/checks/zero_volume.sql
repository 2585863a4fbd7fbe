-- title: The price moved, though no share was traded
-- severity: note
-- One row a symbol. A thin stock without trades repeats its close; a moved one lacks its volume.
WITH steps AS (
    SELECT symbol, session, volume,
           close / nullif(lag(close) OVER (PARTITION BY symbol ORDER BY session), 0) - 1 AS ret
    FROM bars
)
SELECT symbol, max(session) AS session,
       format('volume 0 on {} session{} with another close than before', count(*),
              CASE WHEN count(*) > 1 THEN 's' ELSE '' END) AS message,
       count(*)::DOUBLE AS value
FROM steps
WHERE volume = 0 AND abs(ret) > 1e-6
GROUP BY symbol
ORDER BY symbol
