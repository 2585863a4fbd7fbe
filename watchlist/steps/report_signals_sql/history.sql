SELECT s.symbol, s.session, s.z, s.state, a.symbol IS NOT NULL AS alert
FROM signals AS s
JOIN rankings AS r ON r.symbol = s.symbol AND r.as_of = $as_of
LEFT JOIN alerts AS a
    ON a.symbol = s.symbol AND a.signal = s.signal AND a.session = s.session
WHERE s.signal = $signal AND s.session <= $as_of
ORDER BY r.rank, s.session
