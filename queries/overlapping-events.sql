-- title: Which events overlap, so that no single cause can be claimed?
-- why: Question 8 of an analyst: pairs of events of the same symbol whose days 0 lie within a few
--     sessions.
-- param: from_date DATE = 2025-10-06: First day 0
-- param: to_date DATE = 2025-10-15: Last day 0
-- param: within INTEGER = 5: Sessions apart, at most
-- param: role VARCHAR = watchlist [watchlist | peer]: Whose events
-- column: day0 DATE: Day 0 of the event
-- column: event_id VARCHAR: The event
-- column: other_day0 DATE: Day 0 of the other
-- column: other_event_id VARCHAR: The other event
-- column: sessions_apart INTEGER, sessions: Between their days 0; 0 is the same session
-- column: symbols VARCHAR[]: Symbols of that role that both touch
-- example: --param from_date=2026-01-20 --param to_date=2026-02-06
WITH placed AS (
    SELECT t.event_id, t.symbol, t.day0, c.session_number
    FROM event_targets AS t
    JOIN securities AS s USING (symbol)
    JOIN sessions AS c ON c.calendar = s.calendar AND c.session = t.day0
    WHERE s.role = $role AND t.day0 BETWEEN $from_date AND $to_date
)
SELECT
    a.day0, a.event_id, b.day0 AS other_day0, b.event_id AS other_event_id,
    (b.session_number - a.session_number)::INTEGER AS sessions_apart,
    list(a.symbol ORDER BY a.symbol) AS symbols
FROM placed AS a
JOIN placed AS b
    ON b.symbol = a.symbol
    AND (b.session_number, b.event_id) > (a.session_number, a.event_id)
    AND b.session_number - a.session_number <= $within
GROUP BY ALL
ORDER BY a.day0, a.event_id, other_day0, other_event_id;
