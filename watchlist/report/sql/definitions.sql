-- What each signal means, how often it spoke, and how often chance alone would have.
SELECT
    signal, title, definition, formula, source, unit, rule, lies, direction, alerts, symbol_years,
    alerts_per_year, expected_per_year
FROM signal_definitions
ORDER BY position
