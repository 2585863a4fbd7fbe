-- title: Does the study find what was planted?
-- why: Only in a simulated store: the abnormal return that was put into the prices beside the one
--     that the study measured. Empty in a real store.
-- param: study VARCHAR = daily-market: Name of a study
-- column: event_id VARCHAR: The event
-- column: symbol VARCHAR: Ticker
-- column: planted DOUBLE, fraction: Abnormal return put in on day 0
-- column: found DOUBLE, fraction: Abnormal return measured on day 0
-- column: error DOUBLE, fraction: found − planted
-- column: errors_apart DOUBLE, standard errors: error over the forecast standard error
-- example: --format csv
SELECT
    p.event_id, p.symbol, p.ar AS planted, e.car AS found, e.car - p.ar AS error,
    (e.car - p.ar) / e.se AS errors_apart
FROM planted_effects AS p
JOIN event_effects AS e
    ON e.event_id = p.event_id AND e.symbol = p.symbol AND e.first_day = 0 AND e.last_day = 0
JOIN studies AS s ON s.study_id = e.study_id
WHERE p.day = 0 AND s.name = $study AND s.latest
ORDER BY abs((e.car - p.ar) / e.se) DESC NULLS LAST, p.event_id, p.symbol;
