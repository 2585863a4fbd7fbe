-- Summed from the first day of the band on, so that path and band begin together; where a pair has
-- no band, from its first day.
CREATE OR REPLACE VIEW car_paths AS
WITH began AS (
    SELECT study_id, event_id, symbol, min(day) AS first_day
    FROM base.placebo_bands
    GROUP BY study_id, event_id, symbol
),
path AS (
    SELECT
        a.study_id, a.event_id, a.symbol, a.day, a.session, a.ar,
        CASE WHEN a.ar IS NOT NULL THEN sum(a.ar) OVER (
            PARTITION BY a.study_id, a.event_id, a.symbol ORDER BY a.day
        ) END AS car
    FROM base.abnormal_returns AS a
    LEFT JOIN began AS b USING (study_id, event_id, symbol)
    WHERE a.day >= coalesce(b.first_day, a.day)
)
SELECT
    study_id, s.name AS study, event_id, symbol, day, p.session, p.ar, p.car, b.lo, b.hi, b.draws
FROM path AS p
FULL JOIN base.placebo_bands AS b USING (study_id, event_id, symbol, day)
LEFT JOIN base.studies AS s USING (study_id);

COMMENT ON VIEW car_paths IS 'Cumulative abnormal return of each pair day by day, beside the band of 95 of 100 such paths of days without an event.';
COMMENT ON COLUMN car_paths.study_id IS 'The study (studies.study_id).';
COMMENT ON COLUMN car_paths.study IS 'Name of the study (studies.name).';
COMMENT ON COLUMN car_paths.event_id IS 'The event (events.event_id).';
COMMENT ON COLUMN car_paths.symbol IS 'Ticker (securities.symbol).';
COMMENT ON COLUMN car_paths.day IS 'Sessions from day 0.';
COMMENT ON COLUMN car_paths.session IS 'Trading date; NULL where only the band reaches.';
COMMENT ON COLUMN car_paths.ar IS 'Abnormal return of the day, fraction; NULL without a return.';
COMMENT ON COLUMN car_paths.car IS 'Sum of ar since the first day of the band, fraction; NULL where ar is.';
COMMENT ON COLUMN car_paths.lo IS '2.5 % quantile of such sums over days without an event, fraction.';
COMMENT ON COLUMN car_paths.hi IS '97.5 % quantile, fraction.';
COMMENT ON COLUMN car_paths.draws IS 'Days without an event that were used, count.';
