CREATE OR REPLACE VIEW signal_definitions AS
SELECT
    signal, position, title, family, definition, formula, source, parameters, unit, direction,
    minimum_history, rule, lies, as_of, symbol_years, alerts, alerts_per_year, expected_per_year
FROM base.signal_definitions;

COMMENT ON VIEW signal_definitions IS 'What each signal means, how often it spoke and how often chance alone would have.';
COMMENT ON COLUMN signal_definitions.signal IS 'Name of the signal (signals.signal).';
COMMENT ON COLUMN signal_definitions.position IS 'Order in which signals are shown.';
COMMENT ON COLUMN signal_definitions.title IS 'Name for people.';
COMMENT ON COLUMN signal_definitions.family IS 'move, volume, range, trend, risk or policy.';
COMMENT ON COLUMN signal_definitions.definition IS 'What it measures, in one sentence.';
COMMENT ON COLUMN signal_definitions.formula IS 'How value and z are computed.';
COMMENT ON COLUMN signal_definitions.source IS 'Where it was described.';
COMMENT ON COLUMN signal_definitions.parameters IS 'Windows and limits, JSON.';
COMMENT ON COLUMN signal_definitions.unit IS 'Unit of signals.value.';
COMMENT ON COLUMN signal_definitions.direction IS 'What a high value is said to forecast: up, down, magnitude (a large move of either sign) or none.';
COMMENT ON COLUMN signal_definitions.minimum_history IS 'Sessions before the first value.';
COMMENT ON COLUMN signal_definitions.rule IS 'When it is not quiet, with thresholds.';
COMMENT ON COLUMN signal_definitions.lies IS 'When it misleads.';
COMMENT ON COLUMN signal_definitions.as_of IS 'Last session counted.';
COMMENT ON COLUMN signal_definitions.symbol_years IS 'Years of known values, summed over symbols.';
COMMENT ON COLUMN signal_definitions.alerts IS 'Alerts in those years, count.';
COMMENT ON COLUMN signal_definitions.alerts_per_year IS 'Alerts per symbol-year.';
COMMENT ON COLUMN signal_definitions.expected_per_year IS 'Alerts per symbol-year on a simulated market where nothing happens; NULL where chance has no part.';
