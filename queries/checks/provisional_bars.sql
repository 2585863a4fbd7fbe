-- title: A bar that was taken before its session had closed and never settled
-- severity: warning
-- Returns leave it out. The next pull that reaches the source settles it.
SELECT b.symbol, b.session, format('taken {} UTC', strftime(b.pulled_at, '%Y-%m-%d %H:%M'))
       AS message, b.close AS value
FROM bars AS b
JOIN securities AS s USING (symbol)
JOIN sessions AS c ON c.calendar = s.calendar AND c.session = b.session
WHERE NOT b.final AND c.session < (SELECT max(as_of) FROM runs)
ORDER BY b.symbol, b.session
