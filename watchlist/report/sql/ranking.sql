-- The watchlist by how unusual each symbol is, with the reasons.
SELECT symbol, score, reasons
FROM rankings
WHERE as_of = $as_of
ORDER BY rank, symbol
