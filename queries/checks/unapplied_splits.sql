-- title: A split was reported, but the earlier prices were not rescaled
-- severity: warning
-- Vendors rescale the history on the ex-date or some days late; until then the return is false.
WITH steps AS (
    SELECT symbol, session, split, close,
           lag(close) OVER (PARTITION BY symbol ORDER BY session) AS last_close
    FROM bars
)
SELECT symbol, session,
       format('split {:g} for 1, and the close went from {:g} to {:g}', split, last_close, close)
       AS message, split AS value
FROM steps
WHERE split > 0 AND abs(ln(split)) > 0.2 AND last_close > 0 AND close > 0
  AND abs(ln(close / last_close) + ln(split)) < 0.3 * abs(ln(split))
ORDER BY symbol, session
