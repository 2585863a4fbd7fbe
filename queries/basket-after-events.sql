-- title: What if an equal-weight basket of the targets had been bought after every event?
-- why: Question 14 of an analyst: bought at the close of day 0 (when everybody knew), held some
--     sessions, before costs, beside the market over the same days. Holdings overlap: `dates`, not
--     `events`, says how much evidence there is.
-- param: role VARCHAR = watchlist [watchlist | peer]: Whose shares
-- param: hold INTEGER = 20: Sessions held
-- column: category VARCHAR: Kind of policy; (all) over every event
-- column: events INTEGER, count: Events with a whole holding
-- column: dates INTEGER, count: Distinct days of purchase
-- column: mean_ret DOUBLE, fraction: Mean return of the basket
-- column: mean_over_market DOUBLE, fraction: The same less the market fund
-- column: median_over_market DOUBLE, fraction: Median of that
-- column: share_positive DOUBLE, fraction: Part of baskets that beat the market
-- column: worst DOUBLE, fraction: Worst basket against the market
-- example: --param hold=60
WITH numbered AS (
    SELECT
        r.symbol, r.session, r.close, r.ret, s.role,
        row_number() OVER (PARTITION BY r.symbol ORDER BY r.session) AS n
    FROM returns AS r
    JOIN securities AS s USING (symbol)
    WHERE s.role = $role OR r.symbol = 'SPY'
),
held AS (
    SELECT
        t.event_id, t.day0, t.symbol,
        product(1 + h.ret) - 1 AS ret,
        product(1 + m.ret) - 1 AS market_ret,
        count(h.ret) AS days
    FROM event_targets AS t
    JOIN numbered AS z ON z.symbol = t.symbol AND z.session = t.day0 AND z.role = $role
    JOIN numbered AS h ON h.symbol = t.symbol AND h.n BETWEEN z.n + 1 AND z.n + $hold
    LEFT JOIN numbered AS m ON m.symbol = 'SPY' AND m.session = h.session
    GROUP BY ALL
),
basket AS (
    SELECT
        h.event_id, h.day0, e.category, avg(h.ret) AS ret,
        avg(h.ret - h.market_ret) AS over_market
    FROM held AS h
    JOIN events AS e USING (event_id)
    WHERE h.days = $hold AND e.status = 'happened'
    GROUP BY ALL
)
SELECT
    coalesce(category, '(all)') AS category,
    count(*)::INTEGER AS events,
    count(DISTINCT day0)::INTEGER AS dates,
    avg(ret) AS mean_ret,
    avg(over_market) AS mean_over_market,
    median(over_market) AS median_over_market,
    avg((over_market > 0)::INTEGER) AS share_positive,
    min(over_market) AS worst
FROM basket
GROUP BY ROLLUP (category)
ORDER BY grouping(category) DESC, mean_over_market DESC;
