-- Signals of the as-of session, with what each means.
SELECT
    s.symbol, s.signal, coalesce(d.title, s.signal) AS title, d.definition, d.lies, d.unit, s.value,
    s.z, s.percentile, s.state
FROM signals AS s
LEFT JOIN signal_definitions AS d ON d.signal = s.signal AND d.as_of <= $as_of
WHERE s.session = $as_of
ORDER BY s.symbol, d.position NULLS LAST, s.signal
