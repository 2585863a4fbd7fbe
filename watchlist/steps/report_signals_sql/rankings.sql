SELECT symbol, score, reasons
FROM rankings
WHERE as_of = $as_of
ORDER BY rank
