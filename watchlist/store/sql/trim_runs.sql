-- Old runs without a pull left.
DELETE FROM base.runs
WHERE started_at < $before AND run_id NOT IN (SELECT run_id FROM base.pulls)
