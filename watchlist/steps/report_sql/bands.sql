-- Where 95 of 100 non-event paths lie.
SELECT study_id, event_id, symbol, day, lo, hi, draws
FROM placebo_bands
WHERE list_contains($studies::INTEGER[], study_id)
ORDER BY study_id, event_id, symbol, day
