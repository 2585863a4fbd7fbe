SELECT symbol, session, ret, trade_ret, close, volume::DOUBLE AS volume
FROM returns
WHERE list_contains($symbols, symbol) AND session BETWEEN $since AND $as_of
