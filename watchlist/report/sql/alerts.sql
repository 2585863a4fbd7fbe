-- Alerts of the as-of session, and those of the month before, the rarest first.
SELECT
    a.symbol, a.session, a.session = $as_of AS fresh, a.signal, a.state, a.previous_state,
    coalesce(d.title, a.signal) AS title, a.rule, a.expected_per_year, a.sentence
FROM alerts AS a
LEFT JOIN signal_definitions AS d ON d.signal = a.signal AND d.as_of <= $as_of
WHERE a.session <= $as_of AND a.session > $as_of::DATE - 30
ORDER BY a.session DESC, a.expected_per_year NULLS LAST, a.symbol, a.signal
