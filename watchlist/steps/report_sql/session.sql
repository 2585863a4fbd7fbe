-- The as-of session of each calendar, with the sessions around it.
SELECT calendar, session, open_at, close_at, early_close,
       (SELECT max(p.session) FROM sessions p WHERE p.calendar = s.calendar AND p.session < s.session) AS previous,
       (SELECT min(n.session) FROM sessions n WHERE n.calendar = s.calendar AND n.session > s.session) AS next
FROM sessions s
WHERE session = $as_of
ORDER BY calendar
