CREATE OR REPLACE VIEW study_drops AS
SELECT d.study_id, s.name AS study, d.event_id, d.symbol, d.code, d.reason
FROM base.study_drops AS d
LEFT JOIN base.studies AS s USING (study_id);

COMMENT ON VIEW study_drops IS 'Pairs that a study left out, and why.';
COMMENT ON COLUMN study_drops.study_id IS 'The study (studies.study_id).';
COMMENT ON COLUMN study_drops.study IS 'Name of the study (studies.name).';
COMMENT ON COLUMN study_drops.event_id IS 'The event (events.event_id).';
COMMENT ON COLUMN study_drops.symbol IS 'Ticker (securities.symbol).';
COMMENT ON COLUMN study_drops.code IS 'no-bars, short-estimation, no-day0, overlap, missing-factor or not-yet.';
COMMENT ON COLUMN study_drops.reason IS 'Why, in words, with the numbers.';
