-- As tape.sql, with what the rule of the view `returns` needs where dividends are paid or unknown.
SELECT
    security_id::BIGINT * 1048576 + (session - DATE '1970-01-01') AS key, close, dividend, adj_close,
    adj_basis::DOUBLE AS adj_basis
FROM base.bars
WHERE security_id BETWEEN $first AND $last AND final AND session <= $as_of
