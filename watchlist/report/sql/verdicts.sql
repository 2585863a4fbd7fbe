-- What judging each signal said last.
SELECT signal, horizon, verdict, n, as_of
FROM signal_verdicts
WHERE as_of <= $as_of
QUALIFY row_number() OVER (PARTITION BY signal, horizon ORDER BY as_of DESC) = 1
ORDER BY signal, horizon
