-- Day-0 abnormal returns of watchlist and peers, in the study that the report leads with.
SELECT e.event_id, e.symbol, e.car, e.scar, e.placebo_p AS p
FROM event_effects AS e
JOIN securities AS s USING (symbol)
WHERE e.study_id = $headline AND e.first_day = 0 AND e.last_day = 0
    AND s.role IN ('watchlist', 'peer') AND e.car IS NOT NULL
ORDER BY e.event_id, e.symbol
