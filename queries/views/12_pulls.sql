CREATE OR REPLACE VIEW pulls AS
SELECT
    pull_id, run_id, symbol, source, started_at, finished_at, outcome, kind, reason, attempts,
    rows_new, rows_changed, first_session, last_session
FROM base.pulls;

COMMENT ON VIEW pulls IS 'Every attempt to get the bars of one symbol, with its outcome and why.';
COMMENT ON COLUMN pulls.pull_id IS 'Number of the pull, rising.';
COMMENT ON COLUMN pulls.run_id IS 'The run it belongs to (runs.run_id).';
COMMENT ON COLUMN pulls.symbol IS 'Symbol as this project writes it.';
COMMENT ON COLUMN pulls.source IS 'Source that was asked.';
COMMENT ON COLUMN pulls.started_at IS 'Start, UTC.';
COMMENT ON COLUMN pulls.finished_at IS 'End, UTC.';
COMMENT ON COLUMN pulls.outcome IS 'new, unchanged, restated, failed or skipped.';
COMMENT ON COLUMN pulls.kind IS 'Of a failure: transient (another try may do) or permanent.';
COMMENT ON COLUMN pulls.reason IS 'Why, in words; NULL only if the outcome is new or unchanged.';
COMMENT ON COLUMN pulls.attempts IS 'How often the source was asked.';
COMMENT ON COLUMN pulls.rows_new IS 'Bars that were not in the store before.';
COMMENT ON COLUMN pulls.rows_changed IS 'Bars whose values changed; each is in restatements.';
COMMENT ON COLUMN pulls.first_session IS 'First session the source gave.';
COMMENT ON COLUMN pulls.last_session IS 'Last session the source gave.';
