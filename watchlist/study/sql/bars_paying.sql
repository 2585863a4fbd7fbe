-- As bars.sql, with what the rule of the view `returns` needs where closes alone are not enough.
SELECT
    security_id AS security, (session - DATE '1970-01-01')::INTEGER AS day, close,
    volume::DOUBLE AS volume, dividend, adj_close, adj_basis::DOUBLE AS adj_basis
FROM base.bars
WHERE security_id BETWEEN getvariable('first') AND getvariable('last')
    AND final AND session <= getvariable('as_of')
