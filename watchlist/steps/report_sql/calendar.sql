-- Sessions up to the as-of session, oldest first, and the next few: for counting and for axes.
SELECT calendar, session
FROM sessions
WHERE session BETWEEN $as_of::DATE - 1200 AND $as_of::DATE + 200
ORDER BY calendar, session
