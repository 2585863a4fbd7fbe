-- Returns of the market and sector funds on the as-of session.
SELECT s.symbol, s.name, s.role, r.ret
FROM securities AS s
JOIN returns AS r USING (symbol)
WHERE r.session = $as_of AND r.ret IS NOT NULL AND s.role IN ('benchmark', 'factor')
ORDER BY s.role <> 'benchmark', s.symbol
