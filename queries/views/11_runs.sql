CREATE OR REPLACE VIEW runs AS
SELECT run_id, command, source, as_of, started_at, finished_at, outcome, version
FROM base.runs;

COMMENT ON VIEW runs IS 'Every command that wrote to this file, one row each.';
COMMENT ON COLUMN runs.run_id IS 'Number of the run, rising.';
COMMENT ON COLUMN runs.command IS 'What was run: pull, daily, demo, study …';
COMMENT ON COLUMN runs.source IS 'Where bars came from: yahoo, simulated or a file; NULL if none were asked for.';
COMMENT ON COLUMN runs.as_of IS 'Last session that the run looked at.';
COMMENT ON COLUMN runs.started_at IS 'Start, UTC.';
COMMENT ON COLUMN runs.finished_at IS 'End, UTC; NULL while it runs or if it died.';
COMMENT ON COLUMN runs.outcome IS 'How it ended: done, partial, stale, failed.';
COMMENT ON COLUMN runs.version IS 'Version of watchlist that ran.';
