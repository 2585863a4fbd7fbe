-- Bars that the vendor changed in the runs since the previous report.
SELECT
    r.symbol, r.cause, count(DISTINCT r.session) AS bars, count(*) AS values, min(r.session) AS first,
    max(r.session) AS last, list(DISTINCT r.field ORDER BY r.field) AS fields
FROM restatements AS r
JOIN pulls AS p USING (pull_id)
WHERE p.run_id > coalesce((SELECT max(run_id) FROM runs WHERE as_of <= $previous), 0)
    AND r.session <= $as_of AND r.cause <> 'final'
GROUP BY r.symbol, r.cause
ORDER BY r.symbol, last DESC, r.cause
