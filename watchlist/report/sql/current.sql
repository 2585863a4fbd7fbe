-- Every signal of the watched symbols on the as-of session.
SELECT s.symbol, s.signal, s.z, s.state
FROM signals AS s
JOIN rankings AS r ON r.symbol = s.symbol AND r.as_of = s.session
WHERE s.session = $as_of
ORDER BY s.symbol, s.signal
