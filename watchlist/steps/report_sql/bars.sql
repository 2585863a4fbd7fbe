-- Closing prices and volumes of the window that the charts show; the adjusted close of a fund
-- whose vendor gives no other.
SELECT symbol, session, coalesce(close, adj_close) AS close, volume
FROM bars
WHERE session <= $as_of AND session > $since AND final AND coalesce(close, adj_close) IS NOT NULL
ORDER BY symbol, session
