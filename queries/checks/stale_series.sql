-- title: A series that stands still while others go on
-- severity: warning
SELECT symbol, last_session AS session,
       CASE WHEN last_session IS NULL THEN format('no bar at all; last pull {}: {}',
                last_outcome, coalesce(last_reason, '-'))
            ELSE format('{} sessions behind {}', sessions_behind, expected_session)
       END AS message,
       sessions_behind::DOUBLE AS value
FROM freshness
-- a symbol that a bar file does not carry was never due
WHERE sessions_behind >= 2 OR (last_session IS NULL AND last_outcome = 'failed')
ORDER BY sessions_behind DESC, symbol
