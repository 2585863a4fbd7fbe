CREATE OR REPLACE VIEW study_factors AS
SELECT
    f.study_id, s.name AS study, f.event_id, f.factor, f.ar, f.sar, f.placebo_p, f.placebo_floor,
    f.treated, f.why
FROM base.study_factors AS f
LEFT JOIN base.studies AS s USING (study_id);

COMMENT ON VIEW study_factors IS 'Was a factor that a study controls for itself moved by the event?';
COMMENT ON COLUMN study_factors.study_id IS 'The study (studies.study_id).';
COMMENT ON COLUMN study_factors.study IS 'Name of the study (studies.name).';
COMMENT ON COLUMN study_factors.event_id IS 'The event (events.event_id).';
COMMENT ON COLUMN study_factors.factor IS 'Symbol of the factor.';
COMMENT ON COLUMN study_factors.ar IS 'Its own day-0 abnormal return against the market, fraction.';
COMMENT ON COLUMN study_factors.sar IS 'That return over its forecast standard error.';
COMMENT ON COLUMN study_factors.placebo_p IS 'Two-sided rank among valid non-event days.';
COMMENT ON COLUMN study_factors.placebo_floor IS 'The smallest p-value that so many placebo days can give.';
COMMENT ON COLUMN study_factors.treated IS 'The event moved it: results that control for it understate the effect.';
COMMENT ON COLUMN study_factors.why IS 'Why it counts as moved or not, in words.';
