-- Events that had happened, and scheduled ones that were known, by the as-of session.
SELECT e.event_id, e.category, e.announced_on, e.known_on, t.symbol, t.relation, t.day0
FROM events AS e
JOIN event_targets AS t USING (event_id)
WHERE t.day0 <= $as_of OR e.known_on <= $as_of
ORDER BY e.announced_on, e.event_id, t.symbol
