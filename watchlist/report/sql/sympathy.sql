-- Returns on day 0 of an event of the symbols that it does not list; funds last.
SELECT d.event_id, r.symbol, s.role, r.ret
FROM event_days AS d
JOIN returns AS r ON r.session = d.day0
JOIN securities AS s USING (symbol)
WHERE d.calendar = $calendar AND r.session <= $as_of AND r.ret IS NOT NULL
    AND NOT EXISTS (
        SELECT 1 FROM event_targets AS t WHERE t.event_id = d.event_id AND t.symbol = r.symbol
    )
ORDER BY d.event_id, s.role IN ('benchmark', 'factor'), abs(r.ret) DESC, r.symbol
