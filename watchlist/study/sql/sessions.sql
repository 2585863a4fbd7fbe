-- The axis of the study: sessions of the market factor's exchange, up to the as-of session.
SELECT session
FROM base.sessions
WHERE calendar = (SELECT calendar FROM base.securities WHERE symbol = $market)
    AND session <= $as_of
ORDER BY session
