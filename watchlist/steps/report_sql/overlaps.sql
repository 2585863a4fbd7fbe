-- Other events close enough to confound, in the study that the report leads with; those that only
-- touch the estimation window are left out.
SELECT study_id, event_id, symbol, other_event_id, kind, sessions_apart
FROM study_overlaps
WHERE list_contains($studies::INTEGER[], study_id)
  AND study_id IN (SELECT study_id FROM studies WHERE headline) AND kind <> 'estimation-window'
ORDER BY study_id, event_id, symbol, abs(sessions_apart), other_event_id
