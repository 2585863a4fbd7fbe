-- As tape.sql, with what the rule of the view `returns` needs where dividends are paid or unknown.
SELECT
    security_id, (session - DATE '1970-01-01')::INTEGER AS day, close, dividend, adj_close,
    adj_basis::DOUBLE AS adj_basis
FROM base.bars
WHERE security_id BETWEEN $first AND $last AND final AND session <= $as_of
