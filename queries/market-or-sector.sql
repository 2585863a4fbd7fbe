-- title: How different are the two models?
-- why: The same pair measured against the market alone and against market + sector. A large
--     difference is a question, not an error: was the fund moved by the event?
-- param: first_day INTEGER = 0: First day of the window
-- param: last_day INTEGER = 0: Last day of the window
-- param: top INTEGER = 20: How many
-- column: event_id VARCHAR: The event
-- column: symbol VARCHAR: Ticker
-- column: car_market DOUBLE, fraction: Market model
-- column: car_sector DOUBLE, fraction: Market + sector model
-- column: difference DOUBLE, fraction: car_market − car_sector
-- column: treated BOOLEAN: The event moved the sector fund
-- example: --param last_day=5
SELECT
    m.event_id, m.symbol, m.car AS car_market, f.car AS car_sector,
    m.car - f.car AS difference,
    coalesce(
        (
            SELECT bool_or(x.treated)
            FROM study_factors AS x
            JOIN securities AS c ON c.symbol = m.symbol AND c.sector_factor = x.factor
            WHERE x.study_id = f.study_id AND x.event_id = m.event_id
        ),
        false
    ) AS treated
FROM event_effects AS m
JOIN studies AS s ON s.study_id = m.study_id AND s.name = 'daily-market' AND s.latest
JOIN studies AS u ON u.name = 'daily-sector' AND u.as_of = s.as_of
JOIN event_effects AS f
    ON f.study_id = u.study_id AND f.event_id = m.event_id AND f.symbol = m.symbol
    AND f.first_day = m.first_day AND f.last_day = m.last_day
WHERE m.first_day = $first_day AND m.last_day = $last_day
ORDER BY abs(m.car - f.car) DESC NULLS LAST, m.event_id, m.symbol
LIMIT $top;
