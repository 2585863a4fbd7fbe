-- Events and their targets as known on the as-of session; a later event does not exist yet.
SELECT
    t.event_id, t.symbol, t.relation, t.day0, e.announced_on, e.category, t.direction, e.chain,
    e.chain_stage, e.minerals, e.timing
FROM event_targets AS t
JOIN events AS e USING (event_id)
WHERE t.day0 <= $as_of OR (t.day0 IS NULL AND e.announced_on <= $as_of)
ORDER BY t.day0, t.event_id, t.symbol
