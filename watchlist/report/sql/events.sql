-- Events known by the as-of session, newest first: those that happened, and those scheduled and
-- announced by then. What came of an event is not known before its day.
WITH known AS (
    SELECT e.*, d.day0, d.why AS day0_why, (n.session_number - z.session_number)::INTEGER AS age
    FROM events AS e
    LEFT JOIN event_days AS d ON d.event_id = e.event_id AND d.calendar = $calendar
    LEFT JOIN sessions AS z ON z.calendar = $calendar AND z.session = d.day0
    LEFT JOIN sessions AS n ON n.calendar = $calendar AND n.session = $as_of
    WHERE (e.announced_on <= $as_of AND (e.status = 'happened' OR e.known_on <= $as_of))
        OR (e.status = 'scheduled' AND e.known_on <= $as_of)
)
SELECT
    event_id, title, summary, category, direction, certainty, status, announced_on AS on,
    announced_time, timing_basis, timing, day0, day0_why, age,
    CASE
        WHEN announced_on > $as_of THEN 'ahead'
        WHEN age < $fresh THEN 'fresh'
        WHEN age <= $running THEN 'running'
        ELSE 'past'
    END AS phase,
    actors, minerals, amount_usd, chain, chain_stage,
    CASE WHEN announced_on <= $as_of THEN outcome END AS outcome,
    note,
    (
        SELECT coalesce(
            list(
                {symbol: t.symbol, relation: t.relation, direction: t.direction}
                ORDER BY t.relation <> 'named', t.symbol
            ), []
        )
        FROM event_targets AS t
        WHERE t.event_id = known.event_id
    ) AS targets,
    (
        SELECT coalesce(
            list(
                {
                    title: s.title, publisher: s.publisher, published_on: s.published_on,
                    -- only what a browser may follow
                    url: CASE WHEN regexp_matches(trim(s.url), '^https?://', 'i')
                        THEN trim(s.url) END
                }
                ORDER BY s.position
            ), []
        )
        FROM event_sources AS s
        WHERE s.event_id = known.event_id
    ) AS sources
FROM known
ORDER BY announced_on DESC, announced_time DESC NULLS LAST, event_id
