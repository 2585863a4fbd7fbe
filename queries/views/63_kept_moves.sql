CREATE OR REPLACE VIEW kept_moves AS
SELECT
    study_id, s.name AS study, event_id, symbol, f.day0, z.car AS car_0, e.car AS car_20,
    e.car / nullif(z.car, 0) AS share, e.se AS se_20
FROM base.event_effects AS z
JOIN base.event_effects AS e USING (study_id, event_id, symbol)
JOIN base.study_fits AS f USING (study_id, event_id, symbol)
JOIN base.studies AS s USING (study_id)
WHERE z.first_day = 0 AND z.last_day = 0 AND e.first_day = 0 AND e.last_day = 20 AND e.days = 21
    AND z.car IS NOT NULL AND e.car IS NOT NULL;

COMMENT ON VIEW kept_moves IS 'How much of the abnormal return of day 0 was still there twenty sessions on, one row a pair whose window has passed.';
COMMENT ON COLUMN kept_moves.study_id IS 'The study (studies.study_id).';
COMMENT ON COLUMN kept_moves.study IS 'Name of the study (studies.name).';
COMMENT ON COLUMN kept_moves.event_id IS 'The event (events.event_id).';
COMMENT ON COLUMN kept_moves.symbol IS 'Ticker (securities.symbol).';
COMMENT ON COLUMN kept_moves.day0 IS 'First session that could react.';
COMMENT ON COLUMN kept_moves.car_0 IS 'Abnormal return of day 0, fraction.';
COMMENT ON COLUMN kept_moves.car_20 IS 'Cumulative abnormal return of the days 0 to 20, fraction.';
COMMENT ON COLUMN kept_moves.share IS 'car_20 over car_0: 1 is all kept, 0 all lost, above 1 it went on; noise where car_0 is small.';
COMMENT ON COLUMN kept_moves.se_20 IS 'Forecast standard error of car_20, fraction.';
