-- title: What is the path of one event, day by day, beside what ordinary days do?
-- why: The numbers of the report's path chart: CAR of each target with the 95 % band of quiet days.
-- param: event VARCHAR = mp-dod-2025: Event
-- param: symbol VARCHAR = NULL: Symbol; NULL means all its targets
-- column: symbol VARCHAR: Ticker
-- column: day INTEGER, sessions: From day 0
-- column: session DATE: Trading date
-- column: ret DOUBLE, fraction: Return
-- column: ar DOUBLE, fraction: Abnormal return, market model
-- column: car DOUBLE, fraction: Sum of ar from day −10
-- column: lo DOUBLE, fraction: 2.5 % of quiet days lie below
-- column: hi DOUBLE, fraction: 2.5 % of quiet days lie above
-- example: --param event=lac-reuters-stake-2025 --param symbol=LAC
SELECT
    a.symbol, a.day::INTEGER AS day, a.session, a.ret, a.ar,
    sum(a.ar) OVER (PARTITION BY a.symbol ORDER BY a.day) AS car,
    b.lo, b.hi
FROM abnormal_returns AS a
JOIN studies AS s ON s.study_id = a.study_id AND s.name = 'daily-market' AND s.latest
LEFT JOIN placebo_bands AS b
    ON b.study_id = a.study_id AND b.event_id = a.event_id AND b.symbol = a.symbol
    AND b.day = a.day
WHERE a.event_id = $event AND ($symbol IS NULL OR a.symbol = $symbol)
ORDER BY a.symbol, a.day;
