-- Daily abnormal returns of every pair.
SELECT study_id, event_id, symbol, day, session, ret, ar, sar
FROM abnormal_returns
WHERE list_contains($studies::INTEGER[], study_id) AND session <= $as_of
ORDER BY study_id, event_id, symbol, day
