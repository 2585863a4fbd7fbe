-- Closing prices and volumes of the window that the charts show.
SELECT symbol, session, close, volume
FROM bars
WHERE session <= $as_of AND session > $since AND final AND close IS NOT NULL
ORDER BY symbol, session
