-- Every known event that reached a symbol, newest first; effects of the study that the report leads
-- with, those of a window only where it has passed whole.
SELECT
    t.symbol, e.event_id, e.title, e.announced_on AS on, d.day0, e.category, t.direction,
    t.relation, z.ret, z.car AS car0, z.scar AS scar0, z.placebo_p AS p0, z.placebo_floor AS floor,
    CASE WHEN w.days = 6 THEN w.car END AS car5, CASE WHEN m.days = 21 THEN m.car END AS car20
FROM event_targets AS t
JOIN events AS e USING (event_id)
LEFT JOIN event_days AS d ON d.event_id = e.event_id AND d.calendar = $calendar
LEFT JOIN event_effects AS z
    ON z.study_id = $headline AND z.event_id = t.event_id AND z.symbol = t.symbol
    AND z.first_day = 0 AND z.last_day = 0
LEFT JOIN event_effects AS w
    ON w.study_id = $headline AND w.event_id = t.event_id AND w.symbol = t.symbol
    AND w.first_day = 0 AND w.last_day = 5
LEFT JOIN event_effects AS m
    ON m.study_id = $headline AND m.event_id = t.event_id AND m.symbol = t.symbol
    AND m.first_day = 0 AND m.last_day = 20
WHERE list_contains($events::VARCHAR[], e.event_id)
ORDER BY t.symbol, e.announced_on DESC, e.announced_time DESC NULLS LAST, e.event_id
