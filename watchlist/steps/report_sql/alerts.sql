-- Alerts of the as-of session, and those of the twenty sessions' worth of days before.
SELECT symbol, session, signal, state, previous_state, value, rule, expected_per_year, sentence
FROM alerts
WHERE session <= $as_of AND session > $as_of::DATE - 30
ORDER BY session DESC, expected_per_year NULLS LAST, symbol, signal
