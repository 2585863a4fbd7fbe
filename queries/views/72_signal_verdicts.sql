CREATE OR REPLACE VIEW signal_verdicts AS
SELECT
    signal, horizon, as_of, verdict, ic, t, p, p_adjusted, hit_rate, mean_forward, mde, n, detail
FROM base.signal_verdicts;

COMMENT ON VIEW signal_verdicts IS 'What judging the signals against later returns said.';
COMMENT ON COLUMN signal_verdicts.signal IS 'Name of the signal (signals.signal).';
COMMENT ON COLUMN signal_verdicts.horizon IS 'Sessions ahead.';
COMMENT ON COLUMN signal_verdicts.as_of IS 'Last session that was used.';
COMMENT ON COLUMN signal_verdicts.verdict IS 'supported, not distinguishable from chance, contradicted or too little data.';
COMMENT ON COLUMN signal_verdicts.ic IS 'Information coefficient: rank correlation of signal and later return, −1 to 1.';
COMMENT ON COLUMN signal_verdicts.t IS 'Its t statistic.';
COMMENT ON COLUMN signal_verdicts.p IS 'Two-sided p-value.';
COMMENT ON COLUMN signal_verdicts.p_adjusted IS 'p-value adjusted over all signals and horizons judged.';
COMMENT ON COLUMN signal_verdicts.hit_rate IS 'Part of times that the sign was right, fraction.';
COMMENT ON COLUMN signal_verdicts.mean_forward IS 'Mean later return in the direction of the signal, fraction.';
COMMENT ON COLUMN signal_verdicts.mde IS 'Smallest |ic| that would be found with power 0.8 at 5 %.';
COMMENT ON COLUMN signal_verdicts.n IS 'Observations, count.';
COMMENT ON COLUMN signal_verdicts.detail IS 'The other numbers of the judgement, JSON.';
