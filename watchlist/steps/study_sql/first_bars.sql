SELECT symbol, min(session) AS first
FROM returns
WHERE session <= $as_of
GROUP BY symbol
