-- What judging said last of each signal, with the other numbers of the judgement.
SELECT signal, as_of, horizon, verdict, ic, t, p_adjusted, mde, n, detail::VARCHAR AS detail
FROM signal_verdicts
WHERE as_of = (SELECT max(as_of) FROM signal_verdicts WHERE as_of <= $as_of)
ORDER BY signal, horizon
