-- title: How fresh are the bars, and how did the last pull end?
-- why: Before any number is believed: which symbols are behind, and why.
-- param: behind INTEGER = 0: Only symbols at least so many sessions behind, or without any bar
-- column: symbol VARCHAR: Ticker
-- column: role VARCHAR: watchlist, peer, benchmark or factor
-- column: last_session DATE: Session of its last final bar
-- column: sessions_behind INTEGER, sessions: Behind the newest that it could have
-- column: last_outcome VARCHAR: new, unchanged, restated, failed, skipped; NULL if never pulled
-- column: last_reason VARCHAR: Why
-- example: --param behind=1
SELECT symbol, role, last_session, sessions_behind, last_outcome, last_reason
FROM freshness
WHERE sessions_behind >= $behind OR last_session IS NULL
ORDER BY last_session NULLS FIRST, role, symbol;
