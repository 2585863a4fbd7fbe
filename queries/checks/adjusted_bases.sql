-- title: Adjusted closes of several adjustments
-- severity: note
-- Returns never mix them; levels of adj_close must not be compared across.
SELECT symbol, max(session) AS session,
       format('{} adjustments of adj_close', count(DISTINCT adj_basis)) AS message,
       count(DISTINCT adj_basis)::DOUBLE AS value
FROM bars
WHERE adj_close IS NOT NULL
GROUP BY symbol
HAVING count(DISTINCT adj_basis) > 1
ORDER BY symbol
