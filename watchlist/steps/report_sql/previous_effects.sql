-- Day-0 effects as the previous report had them, to tell which changed sign or significance.
SELECT s.name, e.event_id, e.symbol, e.car, e.placebo_p
FROM event_effects e
JOIN studies s USING (study_id)
WHERE s.as_of = $previous AND s.headline AND e.first_day = 0 AND e.last_day = 0
ORDER BY e.event_id, e.symbol
