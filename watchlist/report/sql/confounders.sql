-- Other known events close enough to confound, in the study that the report leads with; those that
-- only touch the estimation window are left out.
SELECT
    o.event_id AS of_event, o.other_event_id AS event_id, any_value(e.title) AS title, o.kind,
    first(o.sessions_apart ORDER BY o.symbol) AS sessions_apart,
    list(DISTINCT o.symbol ORDER BY o.symbol) AS symbols
FROM study_overlaps AS o
JOIN events AS e ON e.event_id = o.other_event_id
WHERE o.study_id = $headline AND o.kind <> 'estimation-window'
    AND list_contains($events::VARCHAR[], o.other_event_id)
GROUP BY o.event_id, o.other_event_id, o.kind
ORDER BY o.event_id, min((o.symbol, abs(o.sessions_apart), o.other_event_id))
