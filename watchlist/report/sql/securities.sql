-- Each security that is pulled: its last bar, how far it lags, how its last pull ended.
WITH last_bar AS (
    SELECT symbol, max(session) AS last_session, count(*) AS bars, min(session) AS first_session
    FROM bars
    WHERE session <= $as_of AND final AND coalesce(close, adj_close) IS NOT NULL
    GROUP BY symbol
),
last_pull AS (
    SELECT symbol, source, outcome, kind, reason
    FROM pulls
    QUALIFY row_number() OVER (PARTITION BY symbol ORDER BY pull_id DESC) = 1
)
SELECT
    s.symbol, s.name, s.role, s.exchange, s.currency, s.minerals, s.stage, s.market,
    s.sector_factor, s.valid_from, s.valid_to AS ended, s.successor, s.note,
    b.first_session, b.last_session, coalesce(b.bars, 0) AS bars,
    CASE WHEN b.bars > 0 THEN (
        SELECT count(*) FROM sessions AS c
        WHERE c.calendar = s.calendar AND c.session > b.last_session
            AND c.session <= least($as_of::DATE, coalesce(s.valid_to, $as_of::DATE))
    ) END AS sessions_behind,
    p.source, coalesce(p.outcome = 'failed', false) AS failed, p.kind, p.reason
FROM securities AS s
LEFT JOIN last_bar AS b USING (symbol)
LEFT JOIN last_pull AS p USING (symbol)
WHERE s.role <> 'reference'
ORDER BY list_position(['watchlist', 'peer', 'benchmark'], s.role) NULLS LAST, s.symbol
