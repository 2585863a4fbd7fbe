-- Daily abnormal returns of every pair, as the study sees them that the report leads with.
SELECT study_id, event_id, symbol, day, session, ret, ar, sar
FROM abnormal_returns
WHERE list_contains($studies::INTEGER[], study_id)
  AND study_id IN (SELECT study_id FROM studies WHERE headline) AND session <= $as_of
ORDER BY study_id, event_id, symbol, day
