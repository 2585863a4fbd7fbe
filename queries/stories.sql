-- title: Which events are one story?
-- why: A report, its confirmation, its closing: three dates, one piece of news. Read with
--     `leak-or-confirmation`.
-- column: chain VARCHAR: Name of the story
-- column: first_on DATE: First event
-- column: last_on DATE: Last event
-- column: stages VARCHAR[]: Stages in order
-- column: event_ids VARCHAR[]: Events in order
-- column: named VARCHAR[]: Whom they name
-- example: --format json
SELECT
    e.chain, min(e.announced_on) AS first_on, max(e.announced_on) AS last_on,
    list(e.chain_stage ORDER BY e.announced_on, e.event_id) AS stages,
    list(e.event_id ORDER BY e.announced_on, e.event_id) AS event_ids,
    (
        SELECT coalesce(list(DISTINCT t.symbol ORDER BY t.symbol), [])
        FROM event_targets AS t
        JOIN events AS o USING (event_id)
        WHERE o.chain = e.chain AND t.relation = 'named'
    ) AS named
FROM events AS e
WHERE e.chain IS NOT NULL
GROUP BY e.chain
ORDER BY first_on, e.chain;
