-- title: A bar on a day without a session
-- severity: warning
-- Returns leave such a bar out.
SELECT b.symbol, b.session, format('{} had no session that day', s.calendar) AS message,
       b.close AS value
FROM bars AS b
JOIN securities AS s USING (symbol)
LEFT JOIN sessions AS c ON c.calendar = s.calendar AND c.session = b.session
WHERE c.session IS NULL
  AND b.session BETWEEN (SELECT min(session) FROM sessions) AND (SELECT max(session) FROM sessions)
ORDER BY b.symbol, b.session
