-- title: What was the negative news, and how big were the losses?
-- why: Question 11 of an analyst: pairs for which an event was adverse (support taken away, or
--     given to a rival), with the losses of day 0 and of the week after.
-- param: role VARCHAR = watchlist [watchlist | peer]: Whose losses
-- column: day0 DATE: First session that could react
-- column: event_id VARCHAR: The event
-- column: title VARCHAR: What happened
-- column: symbol VARCHAR: Ticker
-- column: relation VARCHAR: named or exposed
-- column: ret DOUBLE, fraction: Return of day 0
-- column: ret_0_5 DOUBLE, fraction: Compounded return over [0, 5]
-- column: worst DOUBLE, fraction: Lowest point of the path over [0, 20], against the close before
-- example: --param role=peer
WITH path AS (
    SELECT
        w.event_id, w.symbol, w.relation, t.direction, w.day0, w.day, w.ret,
        product(1 + w.ret) OVER (
            PARTITION BY w.event_id, w.symbol ORDER BY w.day
        ) - 1 AS since
    FROM event_windows AS w
    JOIN event_targets AS t USING (event_id, symbol)
    JOIN securities AS s USING (symbol)
    WHERE s.role = $role AND w.day >= 0
)
SELECT
    p.day0, p.event_id, e.title, p.symbol, p.relation,
    any_value(p.ret) FILTER (p.day = 0) AS ret,
    any_value(p.since) FILTER (p.day = 5) AS ret_0_5,
    min(p.since) AS worst
FROM path AS p
JOIN events AS e USING (event_id)
WHERE p.direction = 'adverse'
GROUP BY ALL
HAVING any_value(p.ret) FILTER (p.day = 0) IS NOT NULL
ORDER BY p.day0, p.event_id, ret;
