-- Window effects of every pair in the given studies.
SELECT study_id, event_id, symbol, first_day, last_day, ret, car, bhar, se, scar, t_p, placebo_p,
       placebo_floor, placebo_n, p_holm, p_bh, p_romano_wolf, mde, days, note
FROM event_effects
WHERE list_contains($studies::INTEGER[], study_id)
ORDER BY study_id, event_id, symbol, first_day DESC, last_day
