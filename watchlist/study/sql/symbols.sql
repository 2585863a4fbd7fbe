-- Who may have returns, with its sector factor; nobody is explained by itself.
SELECT symbol, nullif(sector_factor, symbol) AS sector
FROM securities
ORDER BY symbol
