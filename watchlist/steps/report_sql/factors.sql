-- Was a control itself moved by the event?
SELECT study_id, event_id, factor, ar, sar, placebo_p, placebo_floor, treated, why
FROM study_factors
WHERE list_contains($studies::INTEGER[], study_id)
ORDER BY study_id, event_id, factor
