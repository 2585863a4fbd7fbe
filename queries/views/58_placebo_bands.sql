CREATE OR REPLACE VIEW placebo_bands AS
SELECT b.study_id, s.name AS study, b.event_id, b.symbol, b.day, b.lo, b.hi, b.draws
FROM base.placebo_bands AS b
LEFT JOIN base.studies AS s USING (study_id);

COMMENT ON VIEW placebo_bands IS 'Where the CAR path of an ordinary day would lie: quantiles over non-event days.';
COMMENT ON COLUMN placebo_bands.study_id IS 'The study (studies.study_id).';
COMMENT ON COLUMN placebo_bands.study IS 'Name of the study (studies.name).';
COMMENT ON COLUMN placebo_bands.event_id IS 'The event (events.event_id).';
COMMENT ON COLUMN placebo_bands.symbol IS 'Ticker (securities.symbol).';
COMMENT ON COLUMN placebo_bands.day IS 'End of the path, sessions from day 0; it starts at the first chart day.';
COMMENT ON COLUMN placebo_bands.lo IS '2.5 % quantile of CAR, fraction.';
COMMENT ON COLUMN placebo_bands.hi IS '97.5 % quantile of CAR, fraction.';
COMMENT ON COLUMN placebo_bands.draws IS 'Non-event days used, count.';
