-- title: Which policy events touched my watchlist between two dates?
-- why: Question 1 of an analyst: what happened, and is it official, reported or rumour?
-- param: from_date DATE = 2025-01-01: First date, New York
-- param: to_date DATE = NULL: Last date; NULL means up to now
-- param: role VARCHAR = watchlist [watchlist | peer]: Whose events
-- column: announced_on DATE: Date in New York
-- column: event_id VARCHAR: The event
-- column: title VARCHAR: What happened
-- column: category VARCHAR: Kind of policy
-- column: certainty VARCHAR: confirmed, single-source or unconfirmed
-- column: chain_stage VARCHAR: report (not yet official), announcement, confirmation …
-- column: named VARCHAR[]: Symbols of that role that it names
-- column: exposed VARCHAR[]: Symbols of that role that it may reach
-- column: sources INTEGER, count: Sources in the catalogue
-- example: --param from_date=2025-10-01 --param to_date=2025-10-31
SELECT
    e.announced_on, e.event_id, e.title, e.category, e.certainty, e.chain_stage,
    coalesce(list(t.symbol ORDER BY t.symbol) FILTER (t.relation = 'named'), []) AS named,
    coalesce(list(t.symbol ORDER BY t.symbol) FILTER (t.relation = 'exposed'), []) AS exposed,
    (SELECT count(*) FROM event_sources AS s WHERE s.event_id = e.event_id)::INTEGER AS sources
FROM events AS e
JOIN event_targets AS t USING (event_id)
JOIN securities AS s ON s.symbol = t.symbol AND s.role = $role
WHERE e.announced_on >= $from_date
    AND ($to_date IS NULL OR e.announced_on <= $to_date)
    AND e.status = 'happened'
GROUP BY ALL
ORDER BY e.announced_on, e.event_id;
