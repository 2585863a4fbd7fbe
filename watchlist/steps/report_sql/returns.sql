-- Simple returns of every security up to the as-of session.
SELECT symbol, session, ret
FROM returns
WHERE session <= $as_of AND ret IS NOT NULL
ORDER BY symbol, session
