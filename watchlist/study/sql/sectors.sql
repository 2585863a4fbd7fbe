SELECT symbol, sector_factor
FROM securities
WHERE sector_factor IS NOT NULL
