-- title: How did one symbol react to each of its events?
-- why: The whole policy history of a company in one table, computed in SQL by the function
--     `reaction`, so that it also works in any DuckDB client.
-- param: symbol VARCHAR = MP: Symbol
-- param: relation VARCHAR = NULL [named | exposed]: Only these; NULL means both
-- column: day0 DATE: First session that could react
-- column: event_id VARCHAR: The event
-- column: category VARCHAR: Kind of policy
-- column: relation VARCHAR: named or exposed
-- column: ret DOUBLE, fraction: Return of day 0
-- column: ar DOUBLE, fraction: Abnormal return of day 0
-- column: sar DOUBLE, standard errors: ar over its forecast standard error
-- column: car_0_5 DOUBLE, fraction: Abnormal return over [0, 5]
-- column: car_0_20 DOUBLE, fraction: Abnormal return over [0, 20]
-- example: --param symbol=NB --param relation=named
SELECT day0, event_id, category, relation, ret, ar, sar, car_0_5, car_0_20
FROM reaction($symbol)
WHERE $relation IS NULL OR relation = $relation
ORDER BY day0, event_id;
