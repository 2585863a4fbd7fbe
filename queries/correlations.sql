-- title: Which symbols move together?
-- why: Four stocks that move as one are one observation, not four: pairwise correlation of what the
--     market does not explain.
-- param: sessions INTEGER = 120: Last sessions used
-- param: role VARCHAR = watchlist [watchlist | peer]: Which symbols
-- column: symbol VARCHAR: Ticker
-- column: other VARCHAR: Ticker
-- column: correlation DOUBLE, correlation: Of the returns over the market
-- column: raw DOUBLE, correlation: Of the returns themselves
-- column: n INTEGER, sessions: With both returns
-- example: --param role=peer
WITH recent AS (
    SELECT r.symbol, r.session, r.ret, r.ret - m.ret AS over_market
    FROM returns AS r
    JOIN securities AS s USING (symbol)
    JOIN returns AS m ON m.symbol = coalesce(s.market, 'SPY') AND m.session = r.session
    WHERE s.role = $role
    QUALIFY row_number() OVER (PARTITION BY r.symbol ORDER BY r.session DESC) <= $sessions
)
SELECT
    a.symbol, b.symbol AS other,
    corr(a.over_market, b.over_market) AS correlation,
    corr(a.ret, b.ret) AS raw,
    count(a.ret + b.ret)::INTEGER AS n
FROM recent AS a
JOIN recent AS b ON b.session = a.session AND b.symbol > a.symbol
GROUP BY ALL
ORDER BY correlation DESC, a.symbol, other;
