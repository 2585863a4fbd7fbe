-- The last session of a calendar with a final bar, and not after the wanted day.
SELECT max(b.session)
FROM bars b
JOIN sessions c ON c.session = b.session AND c.calendar = $calendar
WHERE b.final AND b.session <= coalesce($on, b.session)
