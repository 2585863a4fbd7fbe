-- Signals of the as-of session.
SELECT symbol, session, signal, value, z, percentile, state
FROM signals
WHERE session = $as_of
ORDER BY symbol, signal
