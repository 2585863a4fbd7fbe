-- What the US government holds in or has promised a company.
SELECT symbol, dated_on AS on, holder, kind, amount_usd, share, terms, state, state_on, event_id
FROM holdings
WHERE dated_on IS NULL OR dated_on <= $as_of
ORDER BY symbol, dated_on DESC NULLS LAST, kind
