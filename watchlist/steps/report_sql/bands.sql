-- Where 95 of 100 non-event paths lie, in the study that the report leads with.
SELECT study_id, event_id, symbol, day, lo, hi, draws
FROM placebo_bands
WHERE list_contains($studies::INTEGER[], study_id)
  AND study_id IN (SELECT study_id FROM studies WHERE headline)
ORDER BY study_id, event_id, symbol, day
