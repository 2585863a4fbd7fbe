CREATE OR REPLACE VIEW calibrations AS
SELECT
    design_hash, as_of, scope, test, setting, first_day, last_day, n, nominal, rejected, repetitions,
    setting = 'null'
        AND rejected > nominal + 2 * sqrt(nominal * (1 - nominal) / repetitions) AS too_often
FROM base.calibrations;

COMMENT ON VIEW calibrations IS 'How often each test rejects on this panel when nothing, or a known effect, was planted.';
COMMENT ON COLUMN calibrations.design_hash IS 'Fingerprint of the design (studies.design_hash).';
COMMENT ON COLUMN calibrations.as_of IS 'Last session of the panel.';
COMMENT ON COLUMN calibrations.scope IS 'event: the targets of one event date; all: every pair of the study (study_tests.scope).';
COMMENT ON COLUMN calibrations.test IS 'Name of the test (study_tests.test).';
COMMENT ON COLUMN calibrations.setting IS 'null, or what was planted.';
COMMENT ON COLUMN calibrations.first_day IS 'First day of the window, sessions from day 0.';
COMMENT ON COLUMN calibrations.last_day IS 'Last day of the window, sessions from day 0.';
COMMENT ON COLUMN calibrations.n IS 'Pairs per repetition (median), count; 1 for tests of one pair.';
COMMENT ON COLUMN calibrations.nominal IS 'Level at which the test claims to reject a true null, fraction.';
COMMENT ON COLUMN calibrations.rejected IS 'Part of repetitions in which it rejected, fraction.';
COMMENT ON COLUMN calibrations.repetitions IS 'Repetitions, count.';
COMMENT ON COLUMN calibrations.too_often IS 'A true null was rejected more often than nominal plus two Monte Carlo standard errors.';
