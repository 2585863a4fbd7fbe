-- Tests over several pairs of day 0, in the study that the report leads with.
SELECT
    scope, value, test, headline, first_day, last_day, n AS pairs, dates, estimate, p,
    p_holm AS p_adjusted, r_bar, variance_ratio, mde, share_positive, warning
FROM study_tests
WHERE study_id = $headline AND first_day = 0 AND last_day = 0
ORDER BY scope, value, test
