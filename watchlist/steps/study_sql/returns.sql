SELECT symbol, session, ret, trade_ret, trade_gap AS gap, volume, dollar_volume
FROM returns
WHERE session BETWEEN $since AND $as_of
ORDER BY symbol, session
