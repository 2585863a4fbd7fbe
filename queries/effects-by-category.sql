-- title: Which kind of event moves these stocks most?
-- why: Question 4 of an analyst: equity stake, price floor, executive order, Chinese control,
--     stockpile or speech? The independent unit is the date, so `dates` counts, not `pairs`.
-- param: study VARCHAR = daily-market: Name of a study
-- param: first_day INTEGER = 0: First day of the window
-- param: last_day INTEGER = 5: Last day of the window
-- column: category VARCHAR: Kind of policy
-- column: mean_car DOUBLE, fraction: Mean over dates of the mean CAR of the date's pairs
-- column: pairs INTEGER, count: Pairs event × symbol
-- column: dates INTEGER, count: Distinct day-0 sessions
-- column: p DOUBLE: Two-sided p-value over dates (Ibragimov-Müller)
-- column: p_holm DOUBLE: Adjusted over all categories and windows
-- column: mde DOUBLE, fraction: Smallest mean that so many dates would show
-- column: share_positive DOUBLE, fraction: Part of pairs with a positive CAR
-- column: warning VARCHAR: Why p may lie here
-- example: --param study=daily-sector
SELECT
    t.value AS category, t.estimate AS mean_car, t.n AS pairs, t.dates, t.p, t.p_holm, t.mde,
    t.share_positive, t.warning
FROM study_tests AS t
JOIN studies AS s USING (study_id)
WHERE s.name = $study AND s.latest AND t.scope = 'category' AND t.test = 'ibragimov-mueller'
    AND t.first_day = $first_day AND t.last_day = $last_day
ORDER BY t.estimate DESC NULLS LAST;
