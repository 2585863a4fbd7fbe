-- What judging each signal said, now and the time before.
SELECT signal, horizon, as_of, verdict, ic, t, p, p_adjusted, hit_rate, mean_forward, mde, n,
       lag(verdict) OVER (PARTITION BY signal, horizon ORDER BY as_of) AS previous_verdict,
       lag(as_of) OVER (PARTITION BY signal, horizon ORDER BY as_of) AS previous_as_of
FROM signal_verdicts
WHERE as_of <= $as_of
QUALIFY row_number() OVER (PARTITION BY signal, horizon ORDER BY as_of DESC) = 1
ORDER BY signal, horizon
