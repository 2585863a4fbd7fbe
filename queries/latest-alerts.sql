-- title: Which alerts are fresh, and how many would chance alone give?
-- why: An alert that comes five times a year by chance is not news.
-- param: sessions INTEGER = 5: Of the last so many sessions
-- param: role VARCHAR = NULL [watchlist | peer]: Whose; NULL means all
-- column: session DATE: Trading date
-- column: symbol VARCHAR: Ticker
-- column: signal VARCHAR: Name of the signal
-- column: state VARCHAR: State since this session
-- column: sentence VARCHAR: In words
-- column: expected_per_year DOUBLE, alerts per symbol and year: By chance alone
-- example: --param role=watchlist --param sessions=20
SELECT a.session, a.symbol, a.signal, a.state, a.sentence, a.expected_per_year
FROM alerts AS a
JOIN securities AS s USING (symbol)
WHERE ($role IS NULL OR s.role = $role)
    AND a.session IN (
        SELECT DISTINCT session FROM signals ORDER BY session DESC LIMIT $sessions
    )
ORDER BY a.session DESC, a.expected_per_year, a.symbol, a.signal;
