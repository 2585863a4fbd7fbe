-- What the checks found wrong with the data.
SELECT check_name AS check, severity, symbol, session, message
FROM findings
WHERE session IS NULL OR session <= $as_of
ORDER BY
    list_position(['error', 'warning'], severity) NULLS LAST, session DESC NULLS LAST, check_name,
    symbol, message
