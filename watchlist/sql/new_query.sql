-- title: {name}
-- why: What question it answers, and for whom.
-- param: symbol VARCHAR = MP: Ticker
-- column: symbol VARCHAR: Ticker
-- column: session DATE: Trading date
-- column: ret DOUBLE, fraction: Return since the session before
-- example: --param symbol=LAC
SELECT symbol, session, ret
FROM returns
WHERE symbol = $symbol
ORDER BY session DESC
LIMIT 20;
