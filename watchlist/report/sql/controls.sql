-- Was a control itself moved by an event? Each once, as the first study that says so tells it.
SELECT event_id, factor, ar, sar, treated, why
FROM study_factors
WHERE list_contains($studies::INTEGER[], study_id)
QUALIFY row_number() OVER (PARTITION BY event_id, factor ORDER BY treated DESC, study_id) = 1
ORDER BY event_id, factor
