-- The as-of session of the report's calendar, and the one after it.
SELECT
    close_at, early_close,
    (SELECT min(n.session) FROM sessions AS n WHERE n.calendar = $calendar AND n.session > $as_of)
        AS next
FROM sessions
WHERE calendar = $calendar AND session = $as_of
