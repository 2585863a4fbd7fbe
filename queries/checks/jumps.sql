-- title: A large move without an event or a reported action
-- severity: note
-- Large: beyond 25 % and beyond eight times the symbol's mean absolute return of the 60 returns
-- before, in the last two years. Either the catalogue lacks an event, or the bar is wrong.
WITH scaled AS (
    SELECT symbol, session, ret,
           avg(abs(ret)) OVER (
               PARTITION BY symbol ORDER BY session ROWS BETWEEN 60 PRECEDING AND 1 PRECEDING
           ) AS usual,
           count(ret) OVER (
               PARTITION BY symbol ORDER BY session ROWS BETWEEN 60 PRECEDING AND 1 PRECEDING
           ) AS seen
    FROM returns
),
large AS (
    SELECT * FROM scaled WHERE seen >= 30 AND abs(ret) > 0.25 AND abs(ret) > 8 * usual
)
SELECT l.symbol, l.session,
       replace(format('{:+.1f} % where {:.1f} % is usual, and no event of the catalogue within a session',
                      100 * l.ret, 100 * l.usual), '-', '−') AS message,
       l.ret AS value
FROM large AS l
JOIN bars AS b USING (symbol, session)
JOIN securities AS s USING (symbol)
JOIN sessions AS c ON c.calendar = s.calendar AND c.session = l.session
WHERE coalesce(b.split, 1) = 1
  AND l.session >= (SELECT max(session) FROM bars) - INTERVAL 2 YEAR
  AND NOT EXISTS (
    SELECT 1
    FROM event_targets AS t
    JOIN event_days AS d ON d.event_id = t.event_id AND d.calendar = s.calendar
    JOIN sessions AS e ON e.calendar = s.calendar AND e.session = d.day0
    WHERE t.symbol = l.symbol AND abs(e.session_number - c.session_number) <= 1
  )
ORDER BY l.symbol, l.session
