-- How far each watched target has gone since day 0, and whether ordinary stretches go that far.
SELECT
    e.event_id, e.symbol, e.car, e.days, e.placebo_p AS p, e.placebo_floor AS floor,
    e.placebo_p < 0.05 AS beyond
FROM event_effects AS e
JOIN securities AS s USING (symbol)
WHERE e.study_id = $headline AND e.first_day = 0 AND e.last_day = 20 AND e.car IS NOT NULL
    AND s.role = 'watchlist'
ORDER BY e.event_id, e.symbol
