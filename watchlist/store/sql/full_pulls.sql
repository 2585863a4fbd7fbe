-- When the whole history of each symbol was last compared with each source.
SELECT symbol, source, max(started_at)::DATE
FROM base.pulls
WHERE whole AND outcome NOT IN ('failed', 'skipped')
GROUP BY symbol, source
