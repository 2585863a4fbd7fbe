-- title: What are the signals worth?
-- why: Each signal judged against later returns, on this store's own history. Most are not
--     distinguishable from chance, and say so. Needs: `watchlist signals judge`.
-- param: horizon INTEGER = NULL: Sessions ahead; NULL means all
-- column: signal VARCHAR: Name of the signal
-- column: horizon INTEGER, sessions: Ahead
-- column: verdict VARCHAR: supported, not distinguishable from chance, contradicted, too little data
-- column: ic DOUBLE, correlation: Of signal and later return
-- column: p_adjusted DOUBLE: Adjusted over all signals and horizons
-- column: hit_rate DOUBLE, fraction: Part of times that the sign was right
-- column: mde DOUBLE, correlation: Smallest |ic| that would be found
-- column: n INTEGER, count: Observations
-- example: --param horizon=5
SELECT signal, horizon, verdict, ic, p_adjusted, hit_rate, mde, n
FROM signal_verdicts
WHERE $horizon IS NULL OR horizon = $horizon
ORDER BY p_adjusted NULLS LAST, signal, horizon;
