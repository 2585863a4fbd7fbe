-- Securities that have bars of their own company, and the life of their symbol as days since 1970.
SELECT
    s.security_id, s.symbol, s.calendar,
    coalesce((any_value(s.valid_from) - DATE '1970-01-01')::INTEGER, -2147483648) AS first_day,
    coalesce((any_value(s.valid_to) - DATE '1970-01-01')::INTEGER, 2147483647) AS last_day,
    min(b.session) AS first,
    max(b.session) AS last
FROM base.bars AS b
JOIN base.securities AS s USING (security_id)
WHERE b.final AND b.session <= $as_of
    AND coalesce(b.close, b.adj_close) IS NOT NULL
    AND (s.valid_from IS NULL OR b.session >= s.valid_from)
    AND (s.valid_to IS NULL OR b.session <= s.valid_to)
    AND s.calendar IN (SELECT calendar FROM base.sessions)
GROUP BY s.security_id, s.symbol, s.calendar
ORDER BY s.symbol
