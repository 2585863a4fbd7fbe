-- Everybody, by name; life under the name as days since 1970.
SELECT
    security_id, symbol, role, calendar, market, sector_factor,
    coalesce((valid_from - DATE '1970-01-01')::INTEGER, -2147483648) AS first_day,
    coalesce((valid_to - DATE '1970-01-01')::INTEGER, 2147483647) AS last_day
FROM base.securities
ORDER BY symbol
