SELECT signal, horizon, as_of, verdict, ic, t, p_adjusted, mde, n, detail
FROM signal_verdicts
WHERE as_of = (SELECT max(as_of) FROM signal_verdicts WHERE as_of <= $as_of)
ORDER BY signal, horizon
