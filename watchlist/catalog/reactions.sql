-- What the headline studies found for one event, one row a symbol and window.
SELECT
    s.name AS study, e.symbol, e.first_day, e.last_day, e.ret, e.car, e.t_p, e.placebo_p
FROM event_effects AS e
JOIN studies AS s USING (study_id)
WHERE e.event_id = $event_id
    AND s.headline
    AND s.as_of = (SELECT max(as_of) FROM studies WHERE headline)
ORDER BY e.symbol, e.first_day DESC, e.last_day
