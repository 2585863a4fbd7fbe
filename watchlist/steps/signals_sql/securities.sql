SELECT symbol, role, market, sector_factor
FROM securities
ORDER BY symbol
