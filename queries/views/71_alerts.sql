CREATE OR REPLACE VIEW alerts AS
SELECT
    symbol, session, signal, state, previous_state, value, rule, expected_per_year, sentence
FROM base.alerts;

COMMENT ON VIEW alerts IS 'Changes of a signal''s state that are worth a look.';
COMMENT ON COLUMN alerts.symbol IS 'Ticker (securities.symbol).';
COMMENT ON COLUMN alerts.session IS 'Trading date of the exchange.';
COMMENT ON COLUMN alerts.signal IS 'Name of the signal (signals.signal).';
COMMENT ON COLUMN alerts.state IS 'State since this session.';
COMMENT ON COLUMN alerts.previous_state IS 'State before.';
COMMENT ON COLUMN alerts.value IS 'Value of the signal, in its unit.';
COMMENT ON COLUMN alerts.rule IS 'The rule that raised it, with its threshold.';
COMMENT ON COLUMN alerts.expected_per_year IS 'Such alerts per symbol and year by chance alone at this threshold.';
COMMENT ON COLUMN alerts.sentence IS 'The alert in words.';
