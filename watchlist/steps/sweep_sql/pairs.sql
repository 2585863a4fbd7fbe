-- Every pair that happened by then, in the order of security and day 0: the order of the tape.
SELECT
    s.security_id, (t.day0 - DATE '1970-01-01')::INTEGER AS day0, t.event_id, t.symbol
FROM event_targets AS t
JOIN events AS e USING (event_id)
JOIN base.securities AS s USING (symbol)
WHERE e.status = 'happened' AND t.day0 IS NOT NULL AND t.day0 <= $as_of
    AND s.symbol <> $market
ORDER BY s.security_id, t.day0, t.event_id
