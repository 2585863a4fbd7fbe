-- How often each test rejects a true null on this panel, of the newest calibration; the headline
-- study's first, where several studies were calibrated.
WITH known AS (
    SELECT design_hash, min(name) AS study, bool_or(headline) AS headline
    FROM studies
    GROUP BY design_hash
)
SELECT c.design_hash, k.study, c.as_of, c.scope, c.test, c.setting, c.first_day, c.last_day, c.n,
       c.nominal, c.rejected, c.repetitions
FROM calibrations AS c
LEFT JOIN known AS k USING (design_hash)
WHERE c.as_of = (SELECT max(as_of) FROM calibrations WHERE as_of <= $as_of)
ORDER BY k.headline DESC NULLS LAST, c.design_hash, c.scope DESC, c.setting, c.test, c.first_day DESC,
         c.last_day, c.n
