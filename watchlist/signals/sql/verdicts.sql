-- One line a signal: `supported at 1, 5; not distinguishable from chance at 20`.
WITH latest AS (
    SELECT signal, horizon, verdict
    FROM signal_verdicts
    WHERE as_of = (SELECT max(as_of) FROM signal_verdicts WHERE as_of <= $as_of)
),
grouped AS (
    SELECT signal, verdict, min(horizon) AS first_horizon,
        verdict || ' at ' || string_agg(horizon::VARCHAR, ', ' ORDER BY horizon) AS words
    FROM latest
    GROUP BY signal, verdict
)
SELECT signal, string_agg(words, '; ' ORDER BY first_horizon) AS verdict
FROM grouped
GROUP BY signal
ORDER BY signal
