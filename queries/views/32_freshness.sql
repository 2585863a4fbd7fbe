CREATE OR REPLACE VIEW freshness AS
WITH last_bar AS (
    SELECT symbol, max(session) FILTER (final) AS last_session
    FROM bars
    GROUP BY symbol
),
wanted AS (
    SELECT
        s.symbol, s.name, s.role, s.calendar, b.last_session,
        least(
            greatest(
                (SELECT max(as_of) FROM base.runs),
                max(b.last_session) OVER (PARTITION BY s.calendar)
            ),
            s.valid_to
        ) AS expected_session
    FROM base.securities AS s
    LEFT JOIN last_bar AS b USING (symbol)
    WHERE s.role <> 'reference'
),
last_pull AS (
    SELECT symbol, outcome, reason, source, finished_at
    FROM base.pulls
    QUALIFY row_number() OVER (PARTITION BY symbol ORDER BY pull_id DESC) = 1
)
SELECT
    w.symbol,
    w.name,
    w.role,
    w.last_session,
    w.expected_session,
    (
        SELECT count(*)
        FROM base.sessions AS c
        WHERE c.calendar = w.calendar
            AND c.session > w.last_session
            AND c.session <= w.expected_session
    )::INTEGER AS sessions_behind,
    p.outcome AS last_outcome,
    p.reason AS last_reason,
    p.source AS last_source,
    p.finished_at AS last_pulled_at
FROM wanted AS w
LEFT JOIN last_pull AS p USING (symbol);

COMMENT ON VIEW freshness IS 'How old each symbol''s bars are, and how its last pull ended.';
COMMENT ON COLUMN freshness.symbol IS 'Ticker (securities.symbol).';
COMMENT ON COLUMN freshness.name IS 'Name of the company or fund.';
COMMENT ON COLUMN freshness.role IS 'watchlist, peer, benchmark or factor.';
COMMENT ON COLUMN freshness.last_session IS 'Session of its last final bar; NULL if it has none.';
COMMENT ON COLUMN freshness.expected_session IS 'Last session that it could have: the newest that any run or any symbol of its calendar reached, or its delisting.';
COMMENT ON COLUMN freshness.sessions_behind IS 'Sessions between the two; 0 is fresh (also 0 where it has no bar at all: see last_session).';
COMMENT ON COLUMN freshness.last_outcome IS 'Outcome of its last pull: new, unchanged, restated, failed, skipped; NULL if never pulled.';
COMMENT ON COLUMN freshness.last_reason IS 'Why, in words.';
COMMENT ON COLUMN freshness.last_source IS 'Source of the last pull.';
COMMENT ON COLUMN freshness.last_pulled_at IS 'End of the last pull, UTC.';
