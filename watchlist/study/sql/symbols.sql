-- Who may have returns, with its sector factor; nobody is explained by itself. In the order in which
-- bars lie: neighbours are read at the price of one.
SELECT symbol, nullif(sector_factor, symbol) AS sector
FROM base.securities
ORDER BY security_id
