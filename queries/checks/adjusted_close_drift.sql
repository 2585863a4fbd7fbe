-- title: The adjusted close went its own way on a day without dividend or split
-- severity: warning
-- adj_close / close may change only on an ex-date. One row a symbol and year, beyond 0.2 %.
WITH steps AS (
    SELECT symbol, session, dividend, split,
           (adj_close / nullif(close, 0)) / nullif(lag(adj_close / nullif(close, 0)) OVER w, 0) - 1
               AS drift,
           adj_basis = lag(adj_basis) OVER w AS same_basis
    FROM bars
    WINDOW w AS (PARTITION BY symbol ORDER BY session)
)
SELECT symbol, max(session) AS session,
       format('on {} session{}, at most {:.2f} %', count(*), CASE WHEN count(*) > 1 THEN 's' ELSE '' END,
              100 * max(abs(drift))) AS message,
       max(abs(drift)) AS value
FROM steps
WHERE same_basis AND dividend = 0 AND coalesce(split, 1) = 1 AND abs(drift) > 0.002
GROUP BY symbol, year(session)
ORDER BY symbol, session
