-- The as-of session of every security that is pulled, the most unusual first: by the ranking of the
-- signals; without one by standard errors, then by return. Market and sector lead, except where an
-- event of this session moved the sector fund itself: there the market does.
WITH price AS (
    SELECT symbol, session, coalesce(close, adj_close) AS close
    FROM bars
    WHERE final AND session <= $as_of AND session > $since AND coalesce(close, adj_close) IS NOT NULL
),
last_bar AS (
    SELECT
        symbol, max(session) AS session, arg_max(close, session) AS close,
        list(close ORDER BY session)[-60:] AS spark
    FROM price
    GROUP BY symbol
),
speaking AS (
    SELECT
        s.symbol,
        list(
            {signal: s.signal, title: coalesce(d.title, s.signal), state: s.state, value: s.value}
            ORDER BY d.position NULLS LAST, s.signal
        ) AS signals
    FROM signals AS s
    LEFT JOIN signal_definitions AS d ON d.signal = s.signal AND d.as_of <= $as_of
    WHERE s.session = $as_of AND s.state <> 'quiet'
    GROUP BY s.symbol
),
ahead AS (
    SELECT
        t.symbol,
        first(
            {event_id: e.event_id, title: e.title, "on": e.announced_on}
            ORDER BY e.announced_on, e.event_id
        ) AS next_event
    FROM event_targets AS t
    JOIN events AS e USING (event_id)
    WHERE e.status = 'scheduled' AND e.announced_on > $as_of
        AND list_contains($events::VARCHAR[], e.event_id)
    GROUP BY t.symbol
),
moved_fund AS (
    SELECT
        f.factor,
        first({event_id: f.event_id, factor: f.factor, why: f.why} ORDER BY abs(f.sar) DESC) AS why
    FROM study_factors AS f
    JOIN event_days AS d ON d.event_id = f.event_id AND d.calendar = $calendar
    WHERE f.treated AND d.day0 = $as_of AND list_contains($studies::INTEGER[], f.study_id)
    GROUP BY f.factor
),
measured AS (
    SELECT
        symbol,
        CASE WHEN sar_market IS NOT NULL THEN {
            ar: ar_market, sar: sar_market, factors: [market], observations: observations_market
        } END AS market,
        CASE WHEN sar_sector IS NOT NULL THEN {
            ar: ar_sector, sar: sar_sector, factors: [market, sector],
            observations: observations_sector
        } END AS sector
    FROM session_abnormal
    WHERE session = $as_of
)
SELECT
    s.symbol, s.name, s.exchange, s.currency, s.minerals, s.stage, b.session,
    coalesce(b.session = $as_of, false) AS current, b.close, m.ret,
    CASE WHEN f.why IS NULL THEN coalesce(a.sector, a.market) ELSE a.market END AS abnormal,
    a.market AS abnormal_market, a.sector AS abnormal_sector,
    CASE WHEN a.market IS NOT NULL THEN f.why END AS moved_factor,
    CASE WHEN m.ret IS NOT NULL THEN {
        larger: m.larger, others: m.others, next_largest: m.next_largest
    } END AS rarity,
    m.volume, m.volume_ratio, coalesce(b.spark, []) AS spark, coalesce(p.signals, []) AS signals,
    coalesce(r.reasons, []) AS reasons, e.next_event
FROM securities AS s
LEFT JOIN last_bar AS b USING (symbol)
LEFT JOIN session_moves($as_of) AS m USING (symbol)
LEFT JOIN measured AS a USING (symbol)
LEFT JOIN moved_fund AS f ON f.factor = s.sector_factor
LEFT JOIN speaking AS p USING (symbol)
LEFT JOIN rankings AS r ON r.symbol = s.symbol AND r.as_of = $as_of
LEFT JOIN ahead AS e USING (symbol)
WHERE s.role <> 'reference'
ORDER BY r.rank NULLS LAST, abs(struct_extract(abnormal, 'sar')) DESC NULLS LAST, abs(m.ret) DESC NULLS LAST, s.symbol
