CREATE OR REPLACE VIEW abnormal_returns AS
SELECT
    a.study_id, s.name AS study, a.event_id, a.symbol, a.day, a.session, a.ret, a.expected, a.ar,
    a.sar
FROM base.abnormal_returns AS a
LEFT JOIN base.studies AS s USING (study_id);

COMMENT ON VIEW abnormal_returns IS 'Return, expected return and their difference, per pair and day of the event window.';
COMMENT ON COLUMN abnormal_returns.study_id IS 'The study (studies.study_id).';
COMMENT ON COLUMN abnormal_returns.study IS 'Name of the study (studies.name).';
COMMENT ON COLUMN abnormal_returns.event_id IS 'The event (events.event_id).';
COMMENT ON COLUMN abnormal_returns.symbol IS 'Ticker (securities.symbol).';
COMMENT ON COLUMN abnormal_returns.day IS 'Sessions from day 0; negative is before.';
COMMENT ON COLUMN abnormal_returns.session IS 'Trading date of the exchange.';
COMMENT ON COLUMN abnormal_returns.ret IS 'Simple return, fraction.';
COMMENT ON COLUMN abnormal_returns.expected IS 'Return that the model expected, fraction.';
COMMENT ON COLUMN abnormal_returns.ar IS 'Abnormal return: ret − expected, fraction.';
COMMENT ON COLUMN abnormal_returns.sar IS 'Abnormal return over its forecast standard error.';
