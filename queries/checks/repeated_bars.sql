-- title: A bar that repeats the one before
-- severity: warning
-- Same prices and same volume on two sessions: the vendor copied, nobody traded that.
WITH pairs AS (
    SELECT symbol, session, open, high, low, close, volume,
           lag((open, high, low, close, volume)) OVER (PARTITION BY symbol ORDER BY session) AS before
    FROM bars
)
SELECT symbol, session, format('close {:g} and volume {} as the session before', close, volume)
       AS message, volume::DOUBLE AS value
FROM pairs
WHERE volume > 0 AND open IS NOT NULL AND high > low
  AND (open, high, low, close, volume) = before
ORDER BY symbol, session
