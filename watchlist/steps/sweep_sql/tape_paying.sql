-- As tape.sql, with what the rule of the view `returns` needs where dividends are paid or unknown.
SELECT
    (security_id - $first)::INTEGER * 65536 + (session - $origin)::INTEGER AS key, close, dividend,
    adj_close, adj_basis::DOUBLE AS adj_basis
FROM base.bars
WHERE security_id BETWEEN $first AND $last AND final AND session > $origin AND session <= $as_of
