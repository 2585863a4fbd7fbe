-- The rows of a panel: sessions of the market factor's exchange; without it, of the calendar that
-- most securities keep.
SELECT session
FROM sessions
WHERE calendar = coalesce(
        (SELECT calendar FROM securities WHERE symbol = $market),
        (SELECT mode(calendar) FROM securities)
    )
    AND session BETWEEN (SELECT min(session) FROM bars) AND $as_of
ORDER BY session
