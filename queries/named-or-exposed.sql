-- title: Do named companies move more than exposed ones?
-- why: If the market read nothing but names, peers would stay still. Named and exposed targets of the
--     same events, day by day.
-- param: category VARCHAR = NULL: Kind of policy; NULL means all
-- column: relation VARCHAR: named or exposed
-- column: day INTEGER, sessions: From day 0
-- column: pairs INTEGER, count: Pairs event × symbol
-- column: mean_ar DOUBLE, fraction: Mean abnormal return, market model
-- column: mean_abs_ar DOUBLE, fraction: Mean size of it, either sign
-- column: mean_car DOUBLE, fraction: Mean abnormal return summed from day −5
-- example: --param category=equity-stake
WITH path AS (
    SELECT
        t.relation, a.event_id, a.symbol, a.day, a.ar,
        sum(a.ar) OVER (PARTITION BY a.event_id, a.symbol ORDER BY a.day) AS car
    FROM abnormal_returns AS a
    JOIN studies AS s USING (study_id)
    JOIN event_targets AS t USING (event_id, symbol)
    JOIN events AS e USING (event_id)
    WHERE s.name = 'daily-market' AND s.latest AND a.day BETWEEN -5 AND 5
        AND ($category IS NULL OR e.category = $category)
)
SELECT
    relation, day::INTEGER AS day, count(ar)::INTEGER AS pairs, avg(ar) AS mean_ar,
    avg(abs(ar)) AS mean_abs_ar, avg(car) AS mean_car
FROM path
GROUP BY ALL
ORDER BY relation DESC, day;
