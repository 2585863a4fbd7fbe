-- How often each test rejects a true null on this panel: the newest calibration, of the headline
-- study where several were calibrated, of day 0 where that was measured.
WITH known AS (
    SELECT design_hash, min(name) AS study, bool_or(headline) AS headline
    FROM studies
    GROUP BY design_hash
),
newest AS (
    SELECT c.*, k.study
    FROM calibrations AS c
    LEFT JOIN known AS k USING (design_hash)
    WHERE c.as_of = (SELECT max(as_of) FROM calibrations WHERE as_of <= $as_of)
    QUALIFY rank() OVER (ORDER BY k.headline DESC NULLS LAST, c.design_hash) = 1
),
main AS (
    SELECT *
    FROM newest
    QUALIFY rank() OVER (
        ORDER BY (first_day = 0 AND last_day = 0) DESC, first_day DESC, last_day
    ) = 1
)
SELECT
    study, as_of, first_day, last_day,
    (SELECT count(DISTINCT (first_day, last_day)) FROM newest)::INTEGER AS windows,
    scope, test,
    CASE WHEN test IN ('pair-t', 'pair-sq') THEN 'one pair'
        ELSE CASE scope WHEN 'event' THEN 'one event' ELSE 'all events' END
    END AS over,
    setting, n, nominal, rejected, repetitions, too_often,
    (scope = 'event' AND test IN ('pair-t', 'pair-sq')) OR (scope, test) IN (
        SELECT (scope, test) FROM study_tests WHERE study_id = $headline
    ) AS printed
FROM main
ORDER BY scope DESC, setting, test, n
