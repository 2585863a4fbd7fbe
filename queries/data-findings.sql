-- title: What is wrong with the data?
-- why: What the checks of queries/checks found, worst first.
-- param: severity VARCHAR = NULL [error | warning | note]: Only these; NULL means all
-- column: severity VARCHAR: error, warning or note
-- column: check_name VARCHAR: The check
-- column: symbol VARCHAR: Ticker
-- column: session DATE: Session
-- column: message VARCHAR: What is wrong
-- example: --param severity=error
SELECT severity, check_name, symbol, session, message
FROM findings
WHERE $severity IS NULL OR severity = $severity
ORDER BY list_position(['error', 'warning', 'note'], severity), check_name, symbol, session;
