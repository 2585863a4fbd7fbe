-- Pairs that could not be estimated, and why.
SELECT study_id, event_id, symbol, code, reason
FROM study_drops
WHERE list_contains($studies::INTEGER[], study_id)
ORDER BY study_id, event_id, symbol, code
