-- The last session that a report can be about: with a final bar, and not after the wanted day.
SELECT max(b.session) AS as_of
FROM bars b
JOIN sessions c ON c.session = b.session AND c.calendar = $calendar
WHERE b.final AND b.session <= coalesce($on, b.session)
