-- The studies of this session, the headline first, each with why its pairs were dropped.
WITH dropped AS (
    SELECT study_id, code, count(*) AS pairs, first(reason ORDER BY event_id, symbol) AS example
    FROM study_drops
    GROUP BY study_id, code
)
SELECT
    s.study_id, s.name, s.model, s.headline, s.design::VARCHAR AS design, s.design_hash, s.events,
    s.pairs, s.dates, s.dropped,
    (
        SELECT coalesce(
            list({code: d.code, pairs: d.pairs, example: d.example} ORDER BY d.code), []
        )
        FROM dropped AS d
        WHERE d.study_id = s.study_id
    ) AS drops,
    s.warnings, s.version
FROM studies AS s
WHERE s.as_of = $as_of
ORDER BY s.headline DESC, s.name, s.study_id
