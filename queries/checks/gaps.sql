-- title: Sessions without a bar between a symbol's first and last
-- severity: warning
WITH ranges AS (
    SELECT symbol, min(session) AS first_session, max(session) AS last_session
    FROM bars
    WHERE coalesce(close, adj_close) IS NOT NULL
    GROUP BY symbol
),
missing AS (
    SELECT r.symbol, c.session, c.session_number
    FROM ranges AS r
    JOIN securities AS s USING (symbol)
    JOIN sessions AS c
        ON c.calendar = s.calendar AND c.session BETWEEN r.first_session AND r.last_session
    ANTI JOIN (
        SELECT symbol, session FROM bars WHERE coalesce(close, adj_close) IS NOT NULL
    ) AS b ON b.symbol = r.symbol AND b.session = c.session
),
runs AS (
    SELECT *, session_number - row_number() OVER (PARTITION BY symbol ORDER BY session) AS run
    FROM missing
)
SELECT symbol, min(session) AS session,
       format('no bar on {} session{}, {} to {}', count(*), CASE WHEN count(*) > 1 THEN 's' ELSE '' END,
              min(session), max(session)) AS message,
       count(*)::DOUBLE AS value
FROM runs
GROUP BY symbol, run
ORDER BY symbol, session
