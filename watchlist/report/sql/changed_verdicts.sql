-- Verdicts that judging on this session changed.
WITH judged AS (
    SELECT
        signal, horizon, as_of, verdict AS now,
        lag(verdict) OVER (PARTITION BY signal, horizon ORDER BY as_of) AS before
    FROM signal_verdicts
    WHERE as_of <= $as_of
)
SELECT signal, horizon, before, now
FROM judged
WHERE as_of = $as_of AND before <> now
ORDER BY signal, horizon
