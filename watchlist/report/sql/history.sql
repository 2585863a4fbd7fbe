-- One signal of each watched symbol over the years, and where its alerts began.
SELECT
    s.symbol, s.signal, list(s.session ORDER BY s.session) AS session,
    list(s.z ORDER BY s.session) AS z, list(s.state ORDER BY s.session) AS state,
    list(a.symbol IS NOT NULL ORDER BY s.session) AS alert
FROM signals AS s
JOIN rankings AS r ON r.symbol = s.symbol AND r.as_of = $as_of
LEFT JOIN alerts AS a ON a.symbol = s.symbol AND a.signal = s.signal AND a.session = s.session
WHERE s.signal = $signal AND s.session <= $as_of
GROUP BY s.symbol, s.signal, r.rank
ORDER BY r.rank
