-- title: Which companies move in sympathy with an event that names another?
-- why: Question 7 of an analyst: NioCorp when USA Rare Earth is funded. Every watched company that
--     the event does not name, by its abnormal return on day 0.
-- param: event VARCHAR = usar-chips-loi-2026: Event
-- column: symbol VARCHAR: Ticker
-- column: relation VARCHAR: exposed, or NULL if the catalogue does not link it to the event
-- column: role VARCHAR: watchlist or peer
-- column: session DATE: Day 0
-- column: ret DOUBLE, fraction: Return of day 0
-- column: ar DOUBLE, fraction: Abnormal return of day 0, market model
-- column: sar DOUBLE, standard errors: ar over its forecast standard error
-- column: car DOUBLE, fraction: Abnormal return over [0, 5]
-- column: named VARCHAR[]: Whom the event names
-- example: --param event=korea-zinc-tennessee-2025
WITH other AS (
    SELECT s.symbol, s.role, t.relation
    FROM securities AS s
    LEFT JOIN event_targets AS t ON t.symbol = s.symbol AND t.event_id = $event
    WHERE s.role IN ('watchlist', 'peer') AND t.relation IS DISTINCT FROM 'named'
),
path AS (
    FROM around(
        (SELECT min(day0) FROM event_days WHERE event_id = $event AND calendar = 'XNYS'),
        (SELECT list(symbol) FROM other),
        first_day := 0, last_day := 5
    )
)
SELECT
    o.symbol, o.relation, o.role, p.session, p.ret, p.ar, p.sar, l.car,
    (
        SELECT coalesce(list(symbol ORDER BY symbol), [])
        FROM event_targets
        WHERE event_id = $event AND relation = 'named'
    ) AS named
FROM other AS o
JOIN path AS p ON p.symbol = o.symbol AND p.day = 0
LEFT JOIN path AS l ON l.symbol = o.symbol AND l.day = 5
ORDER BY p.sar DESC NULLS LAST, o.symbol;
