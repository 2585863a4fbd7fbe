-- title: Which bars did the vendor change afterwards?
-- why: A result of last week may rest on a number that is gone. Largest changes first.
-- param: symbol VARCHAR = NULL: Symbol; NULL means all
-- param: top INTEGER = 50: How many
-- column: symbol VARCHAR: Ticker
-- column: session DATE: Session of the bar
-- column: field VARCHAR: Column that changed
-- column: old_value DOUBLE, unit of the field: Before
-- column: new_value DOUBLE, unit of the field: After
-- column: change DOUBLE, fraction: new / old − 1
-- column: cause VARCHAR: split, dividend, correction, final, withdrawn or late
-- example: --param symbol=TMQ
SELECT
    symbol, session, field, old_value, new_value, new_value / nullif(old_value, 0) - 1 AS change,
    cause
FROM restatements
WHERE $symbol IS NULL OR symbol = $symbol
ORDER BY abs(new_value / nullif(old_value, 0) - 1) DESC NULLS LAST, symbol, session, field
LIMIT $top;
