-- The axis of the study: sessions of the market factor's exchange, up to the as-of session.
SELECT session
FROM sessions
WHERE calendar = (SELECT calendar FROM securities WHERE symbol = $market)
    AND session <= $as_of
    AND session >= (SELECT min(session) FROM bars)
ORDER BY session
