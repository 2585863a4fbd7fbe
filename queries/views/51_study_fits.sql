CREATE OR REPLACE VIEW study_fits AS
SELECT
    f.study_id, s.name AS study, f.event_id, f.symbol, f.day0, f.factors, f.alpha, f.betas, f.sigma,
    f.observations, f.masked, f.zero_return_share, f.zero_volume_share, f.note
FROM base.study_fits AS f
LEFT JOIN base.studies AS s USING (study_id);

COMMENT ON VIEW study_fits IS 'The estimated normal-return model of each pair event × symbol.';
COMMENT ON COLUMN study_fits.study_id IS 'The study (studies.study_id).';
COMMENT ON COLUMN study_fits.study IS 'Name of the study (studies.name).';
COMMENT ON COLUMN study_fits.event_id IS 'The event (events.event_id).';
COMMENT ON COLUMN study_fits.symbol IS 'Ticker (securities.symbol).';
COMMENT ON COLUMN study_fits.day0 IS 'First session that could react.';
COMMENT ON COLUMN study_fits.factors IS 'Symbols of the factors, in the order of betas.';
COMMENT ON COLUMN study_fits.alpha IS 'Intercept, fraction per session.';
COMMENT ON COLUMN study_fits.betas IS 'Slopes on the factors.';
COMMENT ON COLUMN study_fits.sigma IS 'Residual standard deviation, fraction per session, degrees of freedom corrected.';
COMMENT ON COLUMN study_fits.observations IS 'Sessions of the estimation window that were used, count.';
COMMENT ON COLUMN study_fits.masked IS 'Sessions left out because another event fell there, count.';
COMMENT ON COLUMN study_fits.zero_return_share IS 'Part of estimation sessions with a return of exactly 0, fraction: a thin name.';
COMMENT ON COLUMN study_fits.zero_volume_share IS 'Part of estimation sessions without a trade, fraction.';
COMMENT ON COLUMN study_fits.note IS 'What is unusual about this fit.';
