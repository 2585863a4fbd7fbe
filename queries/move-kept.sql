-- title: How much of the day-0 move is kept, and did an offering follow?
-- why: Question 6 of an analyst: gains that fade within 20 or 60 sessions, often because the company
--     sold shares into them. Only days 0 on which the stock moved at least `least`.
-- param: least DOUBLE = 0.1: Smallest |return| of day 0 that counts
-- param: role VARCHAR = watchlist [watchlist | peer]: Whose events
-- column: day0 DATE: First session that could react
-- column: event_id VARCHAR: The event; several may share the day
-- column: symbol VARCHAR: Ticker
-- column: ret DOUBLE, fraction: Return of day 0
-- column: kept_20 DOUBLE, ratio: (close of day 20 − close before) / (close of day 0 − close before)
-- column: kept_60 DOUBLE, ratio: The same for day 60; 1 is all kept, 0 all lost, above 1 it went on
-- column: kept_now DOUBLE, ratio: The same for the last bar
-- column: offering VARCHAR: A company event with dilution within 60 sessions that names the symbol
-- example: --param least=0.05 --param role=peer
WITH numbered AS (
    SELECT
        r.symbol, r.session, r.close, r.ret,
        row_number() OVER (PARTITION BY r.symbol ORDER BY r.session) AS n
    FROM returns AS r
    JOIN securities AS s USING (symbol)
    WHERE s.role = $role
),
moved AS (
    SELECT
        t.day0, t.event_id, t.symbol, z.ret, z.n,
        z.close AS close_0, z.close / (1 + z.ret) AS close_before
    FROM event_targets AS t
    JOIN numbered AS z ON z.symbol = t.symbol AND z.session = t.day0
    WHERE abs(z.ret) >= $least
),
offering AS (
    SELECT t.symbol, t.day0, e.event_id
    FROM events AS e
    JOIN event_targets AS t USING (event_id)
    WHERE t.direction IN ('adverse', 'mixed') AND t.relation = 'named'
        AND e.category IN ('company', 'loan')
)
SELECT
    m.day0, m.event_id, m.symbol, m.ret,
    (a.close - m.close_before) / (m.close_0 - m.close_before) AS kept_20,
    (b.close - m.close_before) / (m.close_0 - m.close_before) AS kept_60,
    (
        (SELECT arg_max(c.close, c.n) FROM numbered AS c WHERE c.symbol = m.symbol)
        - m.close_before
    ) / (m.close_0 - m.close_before) AS kept_now,
    string_agg(DISTINCT o.event_id, ', ' ORDER BY o.event_id) AS offering
FROM moved AS m
LEFT JOIN numbered AS a ON a.symbol = m.symbol AND a.n = m.n + 20
LEFT JOIN numbered AS b ON b.symbol = m.symbol AND b.n = m.n + 60
LEFT JOIN numbered AS q ON q.symbol = m.symbol AND q.n = m.n + 59
LEFT JOIN offering AS o
    ON o.symbol = m.symbol AND o.day0 > m.day0
    AND o.day0 <= coalesce(q.session, o.day0)
GROUP BY ALL
ORDER BY m.day0, m.event_id, m.symbol;
