-- title: Which deadlines come next?
-- why: Question 12 of an analyst: the end of a letter of intent, of a 180-day window, of a Chinese
--     suspension; also those that have passed, with what came of them.
-- param: since DATE = NULL: First date; NULL means after the last session in the store
-- column: due_on DATE: Date of the deadline
-- column: event_id VARCHAR: The event
-- column: title VARCHAR: What ends
-- column: known_on DATE: Since when it was public
-- column: days_ahead INTEGER, days: From the last session in the store
-- column: symbols VARCHAR[]: Whom it touches
-- column: outcome VARCHAR: What came of it, once known
-- example: --param since=2026-01-01
WITH last AS (
    SELECT max(session) AS session FROM bars
)
SELECT
    e.announced_on AS due_on, e.event_id, e.title, e.known_on,
    (e.announced_on - l.session)::INTEGER AS days_ahead,
    coalesce(list(t.symbol ORDER BY t.symbol) FILTER (t.symbol IS NOT NULL), []) AS symbols,
    e.outcome
FROM events AS e
CROSS JOIN last AS l
LEFT JOIN event_targets AS t USING (event_id)
WHERE e.status = 'scheduled' AND e.announced_on >= coalesce($since, l.session)
GROUP BY ALL
ORDER BY due_on, e.event_id;
