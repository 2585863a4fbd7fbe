-- Other events close enough to confound.
SELECT study_id, event_id, symbol, other_event_id, kind, sessions_apart
FROM study_overlaps
WHERE list_contains($studies::INTEGER[], study_id)
ORDER BY study_id, event_id, symbol, abs(sessions_apart), other_event_id
