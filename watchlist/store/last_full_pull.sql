-- When the whole history of a symbol was last compared with this source.
SELECT max(started_at)::DATE
FROM base.pulls
WHERE symbol = $symbol AND source = $source AND whole AND outcome NOT IN ('failed', 'skipped')
