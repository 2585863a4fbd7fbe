-- title: How sure are we of each date, and does the answer change without the uncertain ones?
-- why: Question 15 of an analyst: the same mean CAR over all events, over those whose hour is
--     reported, and over those with at least two sources.
-- param: study VARCHAR = daily-market: Name of a study
-- param: last_day INTEGER = 0: The window is [0, last_day]; 0, 5 or 20
-- column: which VARCHAR: Which events
-- column: pairs INTEGER, count: Pairs event × symbol
-- column: dates INTEGER, count: Distinct day-0 sessions
-- column: mean_car DOUBLE, fraction: Mean over dates of the date's mean CAR, signed by direction
-- column: t DOUBLE: Mean over its standard error, over dates
-- column: share_positive DOUBLE, fraction: Part of dates whose mean has the expected sign
-- example: --param last_day=5
WITH effect AS (
    SELECT
        f.day0, e.timing_basis, e.certainty,
        x.car * CASE t.direction WHEN 'adverse' THEN -1 ELSE 1 END AS car
    FROM event_effects AS x
    JOIN studies AS s USING (study_id)
    JOIN study_fits AS f USING (study_id, event_id, symbol)
    JOIN event_targets AS t USING (event_id, symbol)
    JOIN events AS e USING (event_id)
    WHERE s.name = $study AND s.latest AND x.first_day = 0 AND x.last_day = $last_day
        AND t.direction <> 'mixed' AND x.car IS NOT NULL
),
chosen AS (
    SELECT 1 AS position, 'all events' AS which, day0, car FROM effect
    UNION ALL
    SELECT 2, 'hour known or inferred', day0, car FROM effect WHERE timing_basis <> 'unknown'
    UNION ALL
    SELECT 3, 'hour reported', day0, car FROM effect WHERE timing_basis IN ('reported', 'calendar')
    UNION ALL
    SELECT 4, 'two sources or more', day0, car FROM effect WHERE certainty = 'confirmed'
    UNION ALL
    SELECT 5, 'hour reported and two sources', day0, car
    FROM effect
    WHERE timing_basis IN ('reported', 'calendar') AND certainty = 'confirmed'
),
by_date AS (
    SELECT position, which, day0, avg(car) AS car, count(*) AS pairs FROM chosen GROUP BY ALL
)
SELECT
    which, sum(pairs)::INTEGER AS pairs, count(*)::INTEGER AS dates, avg(car) AS mean_car,
    avg(car) / nullif(stddev_samp(car) / sqrt(count(*)), 0) AS t,
    -- a help for one and a harm for the other cancel to a zero whose sign is rounding
    avg((car > 1e-12)::INTEGER) AS share_positive
FROM by_date
GROUP BY position, which
ORDER BY position;
