CREATE OR REPLACE VIEW study_tests AS
SELECT
    t.study_id, s.name AS study, t.scope, t.value, t.first_day, t.last_day, t.test, t.headline, t.n,
    t.dates, t.estimate, t.se, t.statistic, t.df, t.p, t.p_holm, t.p_bh, t.r_bar, t.variance_ratio,
    t.mde, t.share_positive, t.warning
FROM base.study_tests AS t
LEFT JOIN base.studies AS s USING (study_id);

COMMENT ON VIEW study_tests IS 'Tests over several pairs: an event over its targets, a category, all events.';
COMMENT ON COLUMN study_tests.study_id IS 'The study (studies.study_id).';
COMMENT ON COLUMN study_tests.study IS 'Name of the study (studies.name).';
COMMENT ON COLUMN study_tests.scope IS 'What is pooled: event, category, mineral, relation, chain-stage, direction or all.';
COMMENT ON COLUMN study_tests.value IS 'Which event, which category …';
COMMENT ON COLUMN study_tests.first_day IS 'First day of the window, sessions from day 0.';
COMMENT ON COLUMN study_tests.last_day IS 'Last day of the window, sessions from day 0.';
COMMENT ON COLUMN study_tests.test IS 'Name of the test: kp, placebo, ibragimov-mueller, sign-flip, patell …';
COMMENT ON COLUMN study_tests.headline IS 'The test that the report leads with.';
COMMENT ON COLUMN study_tests.n IS 'Pairs event × symbol, count.';
COMMENT ON COLUMN study_tests.dates IS 'Distinct day-0 sessions, count: the independent units.';
COMMENT ON COLUMN study_tests.estimate IS 'Mean CAR over pairs or over dates, fraction.';
COMMENT ON COLUMN study_tests.se IS 'Standard error of estimate, fraction; NULL where the test has none.';
COMMENT ON COLUMN study_tests.statistic IS 'Value of the test statistic.';
COMMENT ON COLUMN study_tests.df IS 'Degrees of freedom; NULL where it has none.';
COMMENT ON COLUMN study_tests.p IS 'Two-sided p-value.';
COMMENT ON COLUMN study_tests.p_holm IS 'Adjusted over the family by Holm.';
COMMENT ON COLUMN study_tests.p_bh IS 'Adjusted by Benjamini and Hochberg.';
COMMENT ON COLUMN study_tests.r_bar IS 'Mean pairwise correlation of estimation residuals on the same sessions.';
COMMENT ON COLUMN study_tests.variance_ratio IS 'Variance of abnormal returns in the event window over that of the estimation window.';
COMMENT ON COLUMN study_tests.mde IS 'Smallest |estimate| that would be found with power 0.8 at 5 %, fraction.';
COMMENT ON COLUMN study_tests.share_positive IS 'Part of pairs with a positive CAR, fraction.';
COMMENT ON COLUMN study_tests.warning IS 'Why p may lie here; NULL when no reason is known.';
