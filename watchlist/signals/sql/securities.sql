-- Everybody, by name. Bars lie in the order of `security_id`: neighbours are read at the price of one.
SELECT security_id, symbol, role, nullif(sector_factor, symbol) AS sector_factor
FROM base.securities
ORDER BY symbol
