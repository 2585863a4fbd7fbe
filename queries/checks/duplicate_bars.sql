-- title: Two bars of one symbol and session
-- severity: error
-- The store has no index that forbids it: how bars are written does, and this check proves it.
SELECT symbol, session, format('{} bars for one session', count(*)) AS message,
       count(*)::DOUBLE AS value
FROM bars
GROUP BY symbol, session
HAVING count(*) > 1
ORDER BY symbol, session
