-- title: A bar of a day that had not come when it was pulled
-- severity: error
SELECT symbol, session, format('pulled at {} UTC', strftime(first_pulled_at, '%Y-%m-%d %H:%M'))
       AS message, NULL::DOUBLE AS value
FROM bars
-- the far side of the date line is at most 14 hours ahead of UTC
WHERE session > (first_pulled_at + INTERVAL 14 HOUR)::DATE
ORDER BY symbol, session
