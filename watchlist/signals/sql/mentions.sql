SELECT DISTINCT m.value AS symbol, d.dated_on, d.document_id
FROM mentions AS m
JOIN documents AS d USING (document_id)
WHERE m.kind = 'company' AND d.dated_on < $as_of
ORDER BY d.dated_on, d.document_id, m.value
