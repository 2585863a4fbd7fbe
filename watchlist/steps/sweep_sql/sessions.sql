SELECT (session - DATE '1970-01-01')::INTEGER AS day
FROM base.sessions
WHERE calendar = (SELECT calendar FROM base.securities WHERE symbol = $market)
    AND session <= $as_of
ORDER BY session
