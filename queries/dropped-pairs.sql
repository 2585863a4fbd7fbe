-- title: What did the study leave out, and why?
-- why: A result is only as good as what it leaves out says.
-- param: study VARCHAR = daily-market: Name of a study
-- param: symbol VARCHAR = NULL: Symbol; NULL means all
-- column: event_id VARCHAR: The event
-- column: symbol VARCHAR: Ticker
-- column: code VARCHAR: no-bars, short-estimation, no-day0, overlap, missing-factor, not-yet
-- column: reason VARCHAR: In words
-- example: --param symbol=CRML
SELECT d.event_id, d.symbol, d.code, d.reason
FROM study_drops AS d
JOIN studies AS s USING (study_id)
WHERE s.name = $study AND s.latest AND ($symbol IS NULL OR d.symbol = $symbol)
ORDER BY d.code, d.symbol, d.event_id;
