-- How unusual a session was, for each symbol that has a bar of it:
--     FROM session_moves(DATE '2025-07-10')
-- Everything is compared with what was known by then, so a look back tells what was to be told.
CREATE OR REPLACE MACRO session_moves(on_session) AS TABLE
WITH past AS (
    SELECT
        symbol, session, ret, volume,
        row_number() OVER (PARTITION BY symbol ORDER BY session DESC) - 1 AS age
    FROM returns
    WHERE session <= on_session
)
SELECT
    n.symbol, n.session, n.ret,
    count(*) FILTER (p.age > 0 AND abs(p.ret) >= abs(n.ret)) AS larger,
    count(p.ret) FILTER (p.age > 0) AS others,
    max(abs(p.ret)) FILTER (p.age > 0) AS next_largest,
    n.volume,
    median(p.volume) FILTER (p.age BETWEEN 1 AND 60) AS usual_volume,
    CASE WHEN count(p.volume) FILTER (p.age BETWEEN 1 AND 60) >= 30
        THEN n.volume / nullif(median(p.volume) FILTER (p.age BETWEEN 1 AND 60), 0)
    END AS volume_ratio
FROM past AS n
JOIN past AS p USING (symbol)
WHERE n.session = on_session
GROUP BY n.symbol, n.session, n.ret, n.volume
ORDER BY n.symbol;

COMMENT ON MACRO TABLE session_moves IS 'How unusual a session was for each symbol: the rank of its return among all its sessions before, and its volume over the median of the sixty before.';
