-- Returns of all symbols, or of those that are named.
SELECT symbol, session, ret, trade_ret, trade_gap AS gap, volume, dollar_volume
FROM returns
WHERE session BETWEEN $since AND $as_of
    AND ($symbols IS NULL OR list_contains($symbols, symbol))
ORDER BY symbol, session
