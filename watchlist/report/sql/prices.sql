-- Closes of the charted window, of a fund without a close the adjusted ones, and the events that
-- reached each symbol on a charted session.
WITH price AS (
    SELECT symbol, session, coalesce(close, adj_close) AS close
    FROM bars
    WHERE final AND session <= $as_of AND session > $since AND coalesce(close, adj_close) IS NOT NULL
),
path AS (
    SELECT
        symbol, list(session ORDER BY session) AS session, list(close ORDER BY session) AS close
    FROM price
    GROUP BY symbol
),
mark AS (
    SELECT
        t.symbol,
        list(
            {
                event_id: e.event_id, title: e.title, session: p.session, close: p.close,
                direction: t.direction, relation: t.relation
            }
            ORDER BY p.session, e.event_id
        ) AS events
    FROM event_targets AS t
    JOIN events AS e USING (event_id)
    JOIN event_days AS d ON d.event_id = t.event_id AND d.calendar = $calendar
    JOIN price AS p ON p.symbol = t.symbol AND p.session = d.day0
    WHERE list_contains($events::VARCHAR[], e.event_id)
    GROUP BY t.symbol
)
SELECT
    s.symbol, s.name, s.currency, coalesce(p.session, []) AS session,
    coalesce(p.close, []) AS close, coalesce(m.events, []) AS events
FROM securities AS s
LEFT JOIN path AS p USING (symbol)
LEFT JOIN mark AS m USING (symbol)
WHERE s.role <> 'reference'
ORDER BY s.symbol
