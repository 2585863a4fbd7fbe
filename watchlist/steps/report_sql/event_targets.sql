-- Whom each event names or plausibly reaches.
SELECT event_id, symbol, relation, direction
FROM event_targets
ORDER BY event_id, CASE relation WHEN 'named' THEN 0 ELSE 1 END, symbol
