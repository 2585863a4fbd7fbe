-- Each target and window of an event with its effect under each of the given models, in their order.
WITH model AS (
    SELECT unnest($models::INTEGER[]) AS study_id, generate_subscripts($models::INTEGER[], 1) AS place
),
effect AS (
    SELECT e.*, m.place FROM event_effects AS e JOIN model AS m USING (study_id)
),
pair_window AS (
    SELECT
        event_id, symbol, first_day, last_day, first(ret ORDER BY place) AS ret,
        first(days ORDER BY place) AS days
    FROM effect
    GROUP BY event_id, symbol, first_day, last_day
)
SELECT
    w.event_id, w.symbol, w.first_day, w.last_day, w.ret, w.days,
    list(
        {car: e.car, scar: e.scar, p: e.placebo_p, floor: e.placebo_floor} ORDER BY m.place
    ) AS by_model
FROM pair_window AS w
CROSS JOIN model AS m
LEFT JOIN effect AS e
    ON e.place = m.place AND e.event_id = w.event_id AND e.symbol = w.symbol
    AND e.first_day = w.first_day AND e.last_day = w.last_day
GROUP BY ALL
ORDER BY w.event_id, w.symbol, w.first_day DESC, w.last_day
