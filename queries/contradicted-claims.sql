-- title: Which claims of what we read does the event list contradict?
-- why: Question 13 of an analyst: amounts, dates and who decided, sentence beside fact. Needs
--     documents: `watchlist coverage read FILE`.
-- param: document VARCHAR = NULL: Document; NULL means all
-- column: document_id VARCHAR: The document
-- column: title VARCHAR: Its title
-- column: event_id VARCHAR: The event that says otherwise
-- column: claim VARCHAR: What the document claims
-- column: fact VARCHAR: What the event list says
-- column: evidence VARCHAR: The words of the document
-- example: --limit 5
SELECT c.document_id, d.title, c.event_id, c.claim, c.fact, c.evidence
FROM contradictions AS c
LEFT JOIN documents AS d USING (document_id)
WHERE $document IS NULL OR c.document_id = $document
ORDER BY c.document_id, c.first_char;
