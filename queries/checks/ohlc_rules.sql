-- title: Open or close outside the day's range
-- severity: error
-- A part in a million is rounding: vendors keep prices in single precision.
SELECT symbol, session,
       format('open {}, high {}, low {}, close {}', open, high, low, close) AS message,
       close AS value
FROM bars
WHERE least(open, high, low, close) < low * (1 - 1e-6)
   OR greatest(open, high, low, close) > high * (1 + 1e-6)
ORDER BY symbol, session
