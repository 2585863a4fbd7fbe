-- Old pulls that nothing points to: no bar, no restatement, and not a symbol's latest.
DELETE FROM base.pulls
WHERE started_at < $before
  AND pull_id NOT IN (
    SELECT pull_id FROM base.bars
    UNION SELECT adj_basis FROM base.bars WHERE adj_basis IS NOT NULL
    UNION SELECT pull_id FROM base.restatements
    UNION SELECT max(pull_id) FROM base.pulls GROUP BY symbol
  )
