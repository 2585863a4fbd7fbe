-- title: What did each target do on day 0, +1, +5, +20, raw and against the market and its sector?
-- why: Question 3 of an analyst. Raw returns less those of SPY and of the sector fund: no model,
--     no estimate, only subtraction.
-- param: event VARCHAR = NULL: Event; NULL means all that name the symbol
-- param: symbol VARCHAR = NULL: Symbol; NULL means the watchlist
-- column: day0 DATE: First session that could react
-- column: event_id VARCHAR: The event
-- column: symbol VARCHAR: Ticker
-- column: relation VARCHAR: named or exposed
-- column: last_day INTEGER, sessions: End of the holding from the close before day 0
-- column: ret DOUBLE, fraction: Compounded return over days 0 … last_day
-- column: over_market DOUBLE, fraction: ret less that of the market fund
-- column: over_sector DOUBLE, fraction: ret less that of its sector fund; NULL if it has none
-- example: --param event=mp-dod-2025 --param symbol=MP
WITH wanted AS (
    SELECT t.event_id, t.symbol, t.relation, t.day0, s.market, s.sector_factor, s.calendar
    FROM event_targets AS t
    JOIN securities AS s USING (symbol)
    WHERE ($event IS NULL OR t.event_id = $event)
        AND (t.symbol = $symbol OR ($symbol IS NULL AND s.role = 'watchlist'))
        AND ($event IS NOT NULL OR t.relation = 'named')
),
day_of AS (
    SELECT w.*, c.session, h.last_day, c.session_number - z.session_number AS day
    FROM wanted AS w
    JOIN sessions AS z ON z.calendar = w.calendar AND z.session = w.day0
    CROSS JOIN (SELECT unnest([0, 1, 5, 20]) AS last_day) AS h
    JOIN sessions AS c
        ON c.calendar = w.calendar
        AND c.session_number BETWEEN z.session_number AND z.session_number + h.last_day
),
compounded AS (
    SELECT
        d.day0, d.event_id, d.symbol, d.relation, d.last_day, d.sector_factor,
        count(r.ret) AS days, count(f.ret) AS sector_days,
        product(1 + r.ret) - 1 AS ret,
        product(1 + m.ret) - 1 AS market_ret,
        product(1 + f.ret) - 1 AS sector_ret
    FROM day_of AS d
    LEFT JOIN returns AS r ON r.symbol = d.symbol AND r.session = d.session
    LEFT JOIN returns AS m ON m.symbol = coalesce(d.market, 'SPY') AND m.session = d.session
    LEFT JOIN returns AS f ON f.symbol = d.sector_factor AND f.session = d.session
    GROUP BY ALL
)
SELECT
    day0, event_id, symbol, relation, last_day::INTEGER AS last_day, ret,
    ret - market_ret AS over_market,
    CASE WHEN sector_days = last_day + 1 THEN ret - sector_ret END AS over_sector
FROM compounded
WHERE days = last_day + 1
ORDER BY day0, event_id, symbol, last_day;
