-- Mean effect of day 0 by category with a 95 % interval: of the best test whose unit is the date.
WITH best AS (
    SELECT * FROM study_tests
    WHERE study_id = $headline AND first_day = 0 AND last_day = 0 AND estimate IS NOT NULL
        AND scope IN ('category', 'all')
    QUALIFY row_number() OVER (
        PARTITION BY scope, value
        ORDER BY coalesce(list_position(['ibragimov-mueller', 'dates'], test), 9), headline DESC, test
    ) = 1
)
SELECT
    scope, CASE scope WHEN 'all' THEN 'all events' ELSE value END AS value, estimate, se, df, p,
    p_holm AS p_adjusted, n AS pairs, dates, test, mde, warning
FROM best
ORDER BY scope <> 'all', dates DESC, 2
