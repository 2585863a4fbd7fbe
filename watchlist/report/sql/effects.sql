-- Every window of every target of each event, under every study of this session.
SELECT
    e.event_id, s.name AS study, e.symbol, e.first_day, e.last_day, e.ret, e.car, e.se, e.scar,
    e.t_p, e.placebo_p, e.placebo_floor, coalesce(e.p_romano_wolf, e.p_holm) AS p_adjusted, e.mde,
    e.days, f.observations, f.masked, coalesce(e.note, f.note) AS note
FROM event_effects AS e
JOIN studies AS s USING (study_id)
LEFT JOIN study_fits AS f
    ON f.study_id = e.study_id AND f.event_id = e.event_id AND f.symbol = e.symbol
WHERE list_contains($studies::INTEGER[], e.study_id)
ORDER BY e.study_id, e.event_id, e.symbol, e.first_day DESC, e.last_day
