-- title: Bars of one symbol from several sources
-- severity: note
SELECT symbol, max(session) AS session,
       'from ' || string_agg(DISTINCT source, ', ' ORDER BY source) AS message,
       count(DISTINCT source)::DOUBLE AS value
FROM bars
GROUP BY symbol
HAVING count(DISTINCT source) > 1
ORDER BY symbol
