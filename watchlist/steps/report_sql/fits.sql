-- What was estimated for every pair.
SELECT study_id, event_id, symbol, day0, factors, alpha, betas, sigma, observations, masked,
       zero_return_share, zero_volume_share, note
FROM study_fits
WHERE list_contains($studies::INTEGER[], study_id)
ORDER BY study_id, event_id, symbol
