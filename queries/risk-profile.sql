-- title: How risky and how liquid is each symbol?
-- why: What is usual for a name decides what is unusual: volatility, market beta, thinness and dollar
--     volume over its last sessions.
-- param: sessions INTEGER = 120: Last sessions used
-- param: role VARCHAR = NULL [watchlist | peer | factor]: Which; NULL means all three
-- column: symbol VARCHAR: Ticker
-- column: role VARCHAR: watchlist, peer or factor
-- column: n INTEGER, sessions: With a return
-- column: volatility DOUBLE, fraction a year: Standard deviation × √252
-- column: beta DOUBLE, ratio: Slope on the market fund
-- column: r_squared DOUBLE, fraction: Part of the variance that the market explains
-- column: worst DOUBLE, fraction: Worst session
-- column: best DOUBLE, fraction: Best session
-- column: dollar_volume DOUBLE, currency of the security: Median a session; NULL if not known
-- column: zero_returns DOUBLE, fraction: Part of sessions without any change
-- example: --param role=watchlist
WITH recent AS (
    SELECT r.symbol, s.role, s.market, r.session, r.ret, r.dollar_volume
    FROM returns AS r
    JOIN securities AS s USING (symbol)
    WHERE s.role IN ('watchlist', 'peer', 'factor') AND ($role IS NULL OR s.role = $role)
    QUALIFY row_number() OVER (PARTITION BY r.symbol ORDER BY r.session DESC) <= $sessions
)
SELECT
    r.symbol, r.role, count(r.ret)::INTEGER AS n,
    stddev_samp(r.ret) * sqrt(252) AS volatility,
    regr_slope(r.ret, m.ret) AS beta,
    regr_r2(r.ret, m.ret) AS r_squared,
    min(r.ret) AS worst, max(r.ret) AS best,
    median(r.dollar_volume) AS dollar_volume,
    avg((r.ret = 0)::INTEGER) AS zero_returns
FROM recent AS r
LEFT JOIN returns AS m ON m.symbol = coalesce(r.market, 'SPY') AND m.session = r.session
GROUP BY ALL
ORDER BY r.role DESC, volatility DESC, r.symbol;
