-- Tests over several pairs, in the study that the report leads with.
SELECT study_id, scope, value, first_day, last_day, test, headline, n, dates, estimate, se, statistic,
       df, p, p_holm, p_bh, r_bar, variance_ratio, mde, share_positive, warning
FROM study_tests
WHERE list_contains($studies::INTEGER[], study_id)
  AND study_id IN (SELECT study_id FROM studies WHERE headline)
ORDER BY study_id, scope, value, first_day DESC, last_day, test
