-- title: Where was volume unusual around an event?
-- why: Volume often moves first: on 2025-10-06 Trilogy traded ninety times its usual shares with the
--     news after the close, and the price moved the day after.
-- param: event VARCHAR = tmq-dow-stake-2025: Event
-- param: first_day INTEGER = -3: First day
-- param: last_day INTEGER = 3: Last day
-- column: symbol VARCHAR: Ticker
-- column: day INTEGER, sessions: From day 0
-- column: session DATE: Trading date
-- column: volume BIGINT, shares: Traded
-- column: usual DOUBLE, shares: Median of the 60 sessions up to day −11
-- column: times_usual DOUBLE, ratio: volume / usual
-- column: ret DOUBLE, fraction: Return
-- example: --param event=lac-reuters-stake-2025
WITH numbered AS (
    SELECT symbol, session, volume, ret,
        row_number() OVER (PARTITION BY symbol ORDER BY session) AS n
    FROM returns
    WHERE symbol IN (SELECT symbol FROM event_targets WHERE event_id = $event)
),
zero AS (
    SELECT t.symbol, z.n
    FROM event_targets AS t
    JOIN numbered AS z ON z.symbol = t.symbol AND z.session = t.day0
    WHERE t.event_id = $event
),
usual AS (
    SELECT z.symbol, median(v.volume) AS volume
    FROM zero AS z
    JOIN numbered AS v ON v.symbol = z.symbol AND v.n BETWEEN z.n - 70 AND z.n - 11
    GROUP BY z.symbol
)
SELECT
    v.symbol, (v.n - z.n)::INTEGER AS day, v.session, v.volume, u.volume AS usual,
    v.volume / nullif(u.volume, 0) AS times_usual, v.ret
FROM zero AS z
JOIN usual AS u USING (symbol)
JOIN numbered AS v ON v.symbol = z.symbol AND v.n BETWEEN z.n + $first_day AND z.n + $last_day
ORDER BY v.symbol, v.session;
