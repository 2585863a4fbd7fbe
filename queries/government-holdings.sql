-- title: What does the US government hold in each company, on what terms, and has it closed?
-- why: Question 10 of an analyst. A letter of intent is not a stake: see `state` and its date.
-- param: symbol VARCHAR = NULL: Symbol; NULL means all
-- column: symbol VARCHAR: Ticker
-- column: name VARCHAR: Company
-- column: dated_on DATE: Date of the agreement
-- column: holder VARCHAR: Department or agency
-- column: kind VARCHAR: equity, warrants, loan, grant, offtake or price-floor
-- column: amount_usd DOUBLE, US dollars: Amount; NULL if none was named
-- column: share DOUBLE, fraction: Part of the company
-- column: state VARCHAR: closed, signed, letter-of-intent, applied, talks, lapsed or unknown
-- column: state_on DATE: The state was last checked for this date
-- column: terms VARCHAR: Terms in words
-- column: event_id VARCHAR: The event that brought it
-- example: --param symbol=TMQ
SELECT
    h.symbol, s.name, h.dated_on, h.holder, h.kind, h.amount_usd, h.share, h.state, h.state_on,
    h.terms, h.event_id
FROM holdings AS h
LEFT JOIN securities AS s USING (symbol)
WHERE $symbol IS NULL OR h.symbol = $symbol
ORDER BY h.symbol, h.dated_on, h.kind;
