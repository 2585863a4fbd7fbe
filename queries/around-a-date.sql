-- title: What did some symbols do around a date, event or not?
-- why: For a date that is not in the catalogue: abnormal returns by the market model around the first
--     session on or after it.
-- param: date DATE = 2025-10-09: Date
-- param: symbols VARCHAR[] = MP,LAC,TMQ,NB: Symbols, with commas
-- column: symbol VARCHAR: Ticker
-- column: day INTEGER, sessions: From the first session on or after the date
-- column: session DATE: Trading date
-- column: ret DOUBLE, fraction: Return
-- column: ar DOUBLE, fraction: Abnormal return, market model
-- column: sar DOUBLE, standard errors: ar over its forecast standard error
-- column: car DOUBLE, fraction: Sum of ar from day −5
-- example: --param date=2026-01-20 --param symbols=USAR,UUUU
SELECT symbol, day, session, ret, ar, sar, car
FROM around($date, $symbols)
ORDER BY symbol, day;
