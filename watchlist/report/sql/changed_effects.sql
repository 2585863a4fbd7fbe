-- Day-0 effects that crossed the 5 % line or changed sign since the previous report, mostly because
-- the past was restated.
SELECT
    e.event_id, v.title, e.symbol, b.car AS car_before, e.car, b.placebo_p AS p_before,
    e.placebo_p AS p
FROM event_effects AS e
JOIN studies AS s ON s.as_of = $previous AND s.headline
JOIN event_effects AS b
    ON b.study_id = s.study_id AND b.event_id = e.event_id AND b.symbol = e.symbol
    AND b.first_day = e.first_day AND b.last_day = e.last_day
JOIN events AS v ON v.event_id = e.event_id
WHERE e.study_id = $headline AND e.first_day = 0 AND e.last_day = 0
    AND b.car IS NOT NULL AND e.car IS NOT NULL
    AND (
        (b.placebo_p < 0.05) <> (e.placebo_p < 0.05)
        OR ((b.car > 0) <> (e.car > 0) AND e.placebo_p < 0.05)
    )
ORDER BY e.event_id, e.symbol
