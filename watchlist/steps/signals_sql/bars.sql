-- One row per symbol and session that has a price, up to the as-of session.
SELECT r.symbol, r.session, b.open, b.high, b.low, b.close, b.volume, r.ret, r.trade_ret
FROM returns AS r
JOIN bars AS b ON b.symbol = r.symbol AND b.session = r.session
WHERE r.session <= $as_of
ORDER BY r.symbol, r.session
