-- What the checks found wrong with the data.
SELECT check_name, severity, symbol, session, message, value
FROM findings
WHERE session IS NULL OR session <= $as_of
ORDER BY CASE severity WHEN 'error' THEN 0 WHEN 'warning' THEN 1 ELSE 2 END,
         session DESC NULLS LAST, check_name, symbol, message
