-- Path of each target of an event in the study that the report leads with: named symbols first, then
-- watched ones, then those that moved most.
WITH path AS (
    SELECT
        event_id, symbol,
        list(day ORDER BY day) FILTER (session <= $as_of) AS day,
        list(car ORDER BY day) FILTER (session <= $as_of) AS car,
        list(day ORDER BY day) FILTER (lo IS NOT NULL) AS band_day,
        list(lo ORDER BY day) FILTER (lo IS NOT NULL) AS lo,
        list(hi ORDER BY day) FILTER (lo IS NOT NULL) AS hi,
        max(draws) AS draws
    FROM car_paths
    WHERE study_id = $headline
    GROUP BY event_id, symbol
    HAVING count(car) FILTER (session <= $as_of) > 0
)
SELECT
    p.event_id, p.symbol, p.day, p.car, coalesce(p.band_day, []) AS band_day,
    coalesce(p.lo, []) AS lo, coalesce(p.hi, []) AS hi, p.draws, e.car AS effect,
    coalesce(t.relation = 'named', false) AS named, s.role = 'watchlist' AS watched
FROM path AS p
JOIN securities AS s USING (symbol)
LEFT JOIN event_targets AS t ON t.event_id = p.event_id AND t.symbol = p.symbol
LEFT JOIN event_effects AS e
    ON e.study_id = $headline AND e.event_id = p.event_id AND e.symbol = p.symbol
    AND e.first_day = 0 AND e.last_day = 0
ORDER BY p.event_id, NOT named, NOT watched, abs(e.car) DESC NULLS LAST, p.symbol
