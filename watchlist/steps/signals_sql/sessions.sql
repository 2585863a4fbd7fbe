-- The rows of the panel: sessions of the calendar that most securities keep.
SELECT session
FROM sessions
WHERE calendar = (SELECT mode(calendar) FROM securities)
    AND session BETWEEN (SELECT min(session) FROM bars) AND $as_of
ORDER BY session
