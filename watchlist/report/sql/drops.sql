-- Pairs of each event that could not be estimated, why, and in which studies.
SELECT
    d.event_id, d.symbol, d.reason, list(s.name ORDER BY d.study_id) AS studies,
    count(*) = len($studies) AS all
FROM study_drops AS d
JOIN studies AS s USING (study_id)
WHERE list_contains($studies::INTEGER[], d.study_id)
GROUP BY d.event_id, d.symbol, d.reason
ORDER BY min(d.study_id), d.event_id, d.symbol, min(d.code)
