-- title: What do all tests say about one event, and which can be believed?
-- why: The headline tests first, the others for comparison with the literature, each with the warning
--     that belongs to it.
-- param: value VARCHAR = mp-dod-2025: Event, category, mineral …: what was pooled
-- param: study VARCHAR = daily-market: Name of a study
-- column: scope VARCHAR: event, category, mineral, relation, chain-stage, direction or all
-- column: first_day INTEGER, sessions: First day of the window
-- column: last_day INTEGER, sessions: Last day of the window
-- column: test VARCHAR: Name of the test
-- column: headline BOOLEAN: The report leads with it
-- column: n INTEGER, count: Pairs
-- column: dates INTEGER, count: Distinct day-0 sessions
-- column: estimate DOUBLE, fraction: Mean CAR
-- column: statistic DOUBLE: Test statistic
-- column: p DOUBLE: Two-sided p-value
-- column: p_holm DOUBLE: Adjusted over the family
-- column: warning VARCHAR: Why p may lie here
-- example: --param value=equity-stake
SELECT
    t.scope, t.first_day::INTEGER AS first_day, t.last_day::INTEGER AS last_day, t.test, t.headline,
    t.n, t.dates, t.estimate, t.statistic, t.p, t.p_holm, t.warning
FROM study_tests AS t
JOIN studies AS s USING (study_id)
WHERE s.name = $study AND s.latest AND t.value = $value
ORDER BY t.scope, t.first_day DESC, t.last_day, t.headline DESC, t.test;
