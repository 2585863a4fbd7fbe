-- title: A bar without any price
-- severity: note
SELECT symbol, session, 'neither close nor adjusted close is known' AS message,
       NULL::DOUBLE AS value
FROM bars
WHERE coalesce(close, adj_close) IS NULL
ORDER BY symbol, session
