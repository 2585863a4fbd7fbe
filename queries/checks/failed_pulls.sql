-- title: The last pull of a symbol failed
-- severity: warning
-- kind is set where bars were due and did not come, also where the source was no longer asked.
SELECT symbol, last_session AS session, format('{} ({}): {}', outcome, kind, reason) AS message,
       NULL::DOUBLE AS value
FROM pulls
QUALIFY row_number() OVER (PARTITION BY symbol ORDER BY pull_id DESC) = 1 AND kind IS NOT NULL
ORDER BY symbol
