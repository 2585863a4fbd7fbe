-- title: Which sessions come next, and which close early?
-- why: What a scheduled date really means: the first session that can react to it.
-- param: calendar VARCHAR = XNYS: Exchange calendar
-- param: after DATE = NULL: After this date; NULL means after the last bar
-- param: top INTEGER = 10: How many
-- column: session DATE: Trading date
-- column: weekday VARCHAR: Day of the week
-- column: close_utc VARCHAR: Close, hour and minute UTC
-- column: early_close BOOLEAN: Closes before its usual hour
-- column: day0_of VARCHAR[]: Events whose day 0 it is
-- example: --param after=2026-07-01 --param top=5
SELECT
    s.session, dayname(s.session) AS weekday,
    strftime(s.close_at AT TIME ZONE 'UTC', '%H:%M') AS close_utc, s.early_close,
    (
        SELECT coalesce(list(d.event_id ORDER BY d.event_id), [])
        FROM event_days AS d
        WHERE d.calendar = s.calendar AND d.day0 = s.session
    ) AS day0_of
FROM sessions AS s
WHERE s.calendar = $calendar
    AND s.session > coalesce($after, (SELECT max(session) FROM bars))
ORDER BY s.session
LIMIT $top;
