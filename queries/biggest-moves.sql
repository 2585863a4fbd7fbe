-- title: Which sessions were the most unusual, and was there an event?
-- why: The other way round: starts from the price, not from the event. A large move without an event
--     is a gap in the catalogue or a company matter. Measured against the session's market return
--     and the symbol's own last 60 sessions.
-- param: symbol VARCHAR = NULL: Symbol; NULL means the watchlist
-- param: since DATE = 2025-01-01: First session
-- param: top INTEGER = 20: How many
-- column: symbol VARCHAR: Ticker
-- column: session DATE: Trading date
-- column: ret DOUBLE, fraction: Return
-- column: over_market DOUBLE, fraction: Return less that of the market fund
-- column: z DOUBLE, standard deviations: over_market over its own 60 sessions before
-- column: events VARCHAR[]: Events whose day 0 it is, of any company
-- example: --param symbol=TMQ --param top=10
WITH excess AS (
    SELECT r.symbol, r.session, r.ret, r.ret - m.ret AS over_market
    FROM returns AS r
    JOIN securities AS s USING (symbol)
    JOIN returns AS m ON m.symbol = coalesce(s.market, 'SPY') AND m.session = r.session
    WHERE r.symbol = $symbol OR ($symbol IS NULL AND s.role = 'watchlist')
),
scaled AS (
    SELECT
        *,
        over_market / nullif(stddev_samp(over_market) OVER before, 0) AS z,
        count(over_market) OVER before AS known
    FROM excess
    WINDOW before AS (
        PARTITION BY symbol ORDER BY session ROWS BETWEEN 60 PRECEDING AND 1 PRECEDING
    )
)
SELECT
    c.symbol, c.session, c.ret, c.over_market, c.z,
    (
        SELECT coalesce(list(DISTINCT d.event_id ORDER BY d.event_id), [])
        FROM event_days AS d
        WHERE d.day0 = c.session
    ) AS events
FROM scaled AS c
WHERE c.session >= $since AND c.known >= 40
ORDER BY abs(c.z) DESC NULLS LAST, c.symbol, c.session
LIMIT $top;
