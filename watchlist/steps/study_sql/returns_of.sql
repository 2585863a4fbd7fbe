SELECT symbol, session, ret
FROM returns
WHERE symbol IN (SELECT unnest($symbols)) AND session BETWEEN $since AND $as_of
