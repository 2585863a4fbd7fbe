-- title: Who is written about, and by which documents?
-- why: How often the read texts mention each company, and which events they seem to speak of.
-- column: symbol VARCHAR: Ticker
-- column: documents INTEGER, count: Documents that mention it
-- column: mentions INTEGER, count: Mentions
-- column: first_on DATE: Date of the first of them, where known
-- column: last_on DATE: Date of the last
-- column: events VARCHAR[]: Events that the mentions are linked to
-- example: --format json
SELECT
    m.value AS symbol,
    count(DISTINCT m.document_id)::INTEGER AS documents,
    count(*)::INTEGER AS mentions,
    min(d.dated_on) AS first_on,
    max(d.dated_on) AS last_on,
    coalesce(
        list(DISTINCT m.event_id ORDER BY m.event_id) FILTER (m.event_id IS NOT NULL), []
    ) AS events
FROM mentions AS m
LEFT JOIN documents AS d USING (document_id)
WHERE m.kind = 'company'
GROUP BY m.value
ORDER BY mentions DESC, symbol;
