-- title: Can the p-values be believed on this panel?
-- why: How often each test rejects when nothing happened, on these very stocks: near the nominal
--     level is good, far above it means that its small p-values mean little here.
-- column: scope VARCHAR: What is pooled: event, category, all …
-- column: test VARCHAR: Name of the test
-- column: setting VARCHAR: null, or what was planted
-- column: first_day INTEGER, sessions: First day of the window
-- column: last_day INTEGER, sessions: Last day of the window
-- column: n INTEGER, count: Pairs
-- column: nominal DOUBLE, fraction: Level that the test claims
-- column: rejected DOUBLE, fraction: Part of repetitions in which it rejected
-- column: repetitions INTEGER, count: Repetitions
-- example: --format markdown
SELECT
    scope, test, setting, first_day::INTEGER AS first_day, last_day::INTEGER AS last_day, n,
    nominal, rejected, repetitions
FROM calibrations
WHERE as_of = (SELECT max(as_of) FROM calibrations)
ORDER BY scope, setting, first_day DESC, last_day, n, rejected, test;
