-- Bars that the vendor changed in the runs since the previous report.
SELECT r.symbol, r.session, r.field, r.old_value, r.new_value, r.cause
FROM restatements r
JOIN pulls p USING (pull_id)
WHERE p.run_id > coalesce((SELECT max(run_id) FROM runs WHERE as_of <= $previous), 0)
  AND r.session <= $as_of
  AND r.cause <> 'final'
ORDER BY r.symbol, r.session DESC, r.field
