-- title: Prices moved by a factor of a hundred: pounds and pence, dollars and cents
-- severity: error
-- A source that names another currency than the catalogue is refused before anything is stored.
WITH steps AS (
    SELECT symbol, session, close / nullif(lag(close) OVER (PARTITION BY symbol ORDER BY session), 0)
           AS ratio, split
    FROM bars
    WHERE close > 0
)
SELECT symbol, session, format('close times {:g} overnight', ratio) AS message, ratio AS value
FROM steps
WHERE (ratio BETWEEN 70 AND 140 OR ratio BETWEEN 1 / 140.0 AND 1 / 70.0) AND coalesce(split, 1) = 1
ORDER BY symbol, session
