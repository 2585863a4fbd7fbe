-- title: Which pulls failed, and why?
-- why: A failed symbol keeps its old bars; this says which and since when.
-- param: runs INTEGER = 10: How many of the last runs
-- column: run_id INTEGER: The run
-- column: symbol VARCHAR: Ticker
-- column: source VARCHAR: Source that was asked
-- column: finished_on DATE: Date, UTC
-- column: outcome VARCHAR: failed or skipped
-- column: kind VARCHAR: transient or permanent
-- column: reason VARCHAR: Why
-- column: attempts INTEGER, count: How often the source was asked
-- example: --param runs=1
SELECT
    p.run_id, p.symbol, p.source, (p.finished_at AT TIME ZONE 'UTC')::DATE AS finished_on,
    p.outcome, p.kind, p.reason, p.attempts
FROM pulls AS p
WHERE p.outcome IN ('failed', 'skipped')
    AND p.run_id > (SELECT max(run_id) FROM runs) - $runs
ORDER BY p.run_id DESC, p.symbol;
