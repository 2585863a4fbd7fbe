-- title: A price of zero or below
-- severity: error
SELECT symbol, session,
       format('lowest price {}', least(open, high, low, close, adj_close)) AS message,
       least(open, high, low, close, adj_close) AS value
FROM bars
WHERE least(open, high, low, close, adj_close) <= 0
ORDER BY symbol, session
