SELECT (session - DATE '1970-01-01')::INTEGER AS day, ret
FROM returns
WHERE symbol = $market AND session <= $as_of AND ret IS NOT NULL
