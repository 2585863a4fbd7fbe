-- title: Where does each named company stand since its events?
-- why: Money made or lost since the close before the news, up to the last bar, beside the market.
-- param: category VARCHAR = equity-stake: Kind of policy; NULL means all
-- column: day0 DATE: First session that could react
-- column: event_id VARCHAR: The event
-- column: symbol VARCHAR: Ticker
-- column: ret_0 DOUBLE, fraction: Return of day 0
-- column: since DOUBLE, fraction: Compounded return from the close before day 0 to the last bar
-- column: market_since DOUBLE, fraction: The same of the market fund
-- column: high_since DOUBLE, fraction: Highest close since, against the close before day 0
-- column: sessions INTEGER, count: Sessions since, day 0 included
-- example: --param category=price-floor
SELECT
    t.day0, t.event_id, t.symbol,
    any_value(r.ret) FILTER (r.session = t.day0) AS ret_0,
    product(1 + coalesce(r.ret, r.trade_ret)) - 1 AS since,
    product(1 + m.ret) - 1 AS market_since,
    max(r.close) / arg_min(r.close / (1 + coalesce(r.ret, r.trade_ret)), r.session) - 1
        AS high_since,
    count(*)::INTEGER AS sessions
FROM event_targets AS t
JOIN events AS e USING (event_id)
JOIN returns AS r ON r.symbol = t.symbol AND r.session >= t.day0
LEFT JOIN returns AS m ON m.symbol = 'SPY' AND m.session = r.session
WHERE t.relation = 'named' AND e.status = 'happened'
    AND ($category IS NULL OR e.category = $category)
GROUP BY ALL
ORDER BY t.day0, t.event_id, t.symbol;
