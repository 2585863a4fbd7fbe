-- How each symbol's latest pull ended, without its times and counts.
SELECT symbol, source, outcome IN ('failed', 'skipped') AS not_had, kind,
       CASE WHEN outcome IN ('failed', 'skipped') THEN reason END AS reason
FROM base.pulls
QUALIFY row_number() OVER (PARTITION BY symbol ORDER BY pull_id DESC) = 1
ORDER BY symbol
