-- What the model of a pair leaves of ordinary days, beside its day 0: the four largest of an event
-- with days enough to be a distribution.
SELECT
    event_id, symbol, observed, list_transform(ordinary, lambda ar: round(ar, 5)) AS ordinary,
    at_least, quantiles
FROM ordinary_quantiles((SELECT name FROM studies WHERE study_id = $headline), on_session := $as_of)
WHERE observed IS NOT NULL AND quiet_days >= 60
QUALIFY row_number() OVER (PARTITION BY event_id ORDER BY abs(observed) DESC, symbol) <= 4
ORDER BY event_id, abs(observed) DESC, symbol
