-- title: What moved on the last session
-- why: The first look of the day: each symbol's return, how rare a move of that size is for it, and
--     whether an event fell on that session.
-- param: role VARCHAR = watchlist [watchlist | peer | benchmark | factor]: Which symbols
-- column: symbol VARCHAR: Ticker
-- column: session DATE: Its last session that has a bar
-- column: close DOUBLE, currency of the security: Last price
-- column: ret DOUBLE, fraction: Return since the session before
-- column: rank_250 INTEGER, sessions: Rank of |ret| in its last 250 sessions; 1 is the largest
-- column: usual DOUBLE, fraction: Median |ret| of these sessions
-- column: events VARCHAR[]: Events whose day 0 it is
-- example: --param role=peer
WITH recent AS (
    SELECT
        r.symbol, r.session, r.close, r.ret,
        row_number() OVER (PARTITION BY r.symbol ORDER BY r.session DESC) AS age
    FROM returns AS r
    JOIN securities AS s USING (symbol)
    WHERE s.role = $role
    QUALIFY age <= 250
),
ranked AS (
    SELECT
        *,
        rank() OVER (PARTITION BY symbol ORDER BY abs(ret) DESC NULLS LAST) AS rank_250,
        median(abs(ret)) OVER (PARTITION BY symbol) AS usual
    FROM recent
)
SELECT
    k.symbol, k.session, k.close, k.ret, k.rank_250::INTEGER AS rank_250, k.usual,
    coalesce(list(t.event_id ORDER BY t.event_id) FILTER (t.event_id IS NOT NULL), []) AS events
FROM ranked AS k
LEFT JOIN event_targets AS t ON t.symbol = k.symbol AND t.day0 = k.session
WHERE k.age = 1
GROUP BY ALL
ORDER BY rank_250, k.symbol;
