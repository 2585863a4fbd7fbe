-- title: What was the first session that could react?
-- why: Question 2 of an analyst: the hour and the holidays decide which day counts as day 0.
-- param: event VARCHAR = eo-14241-2025: Event
-- column: event_id VARCHAR: The event
-- column: announced_on DATE: Date in New York
-- column: announced_time TIME: New York time; NULL if not known
-- column: timing VARCHAR: pre-market, intraday, after-close, non-trading-day, unknown
-- column: timing_basis VARCHAR: reported, inferred, calendar or unknown
-- column: calendar VARCHAR: Exchange calendar
-- column: day0 DATE: First session that could react
-- column: early_close BOOLEAN: That session closed early
-- column: calendar_days_later INTEGER, days: From the announcement to day 0
-- column: why VARCHAR: Why this session
-- example: --param event=eo-14156-energy-emergency
SELECT
    e.event_id, e.announced_on, e.announced_time, e.timing, e.timing_basis, d.calendar, d.day0,
    s.early_close,
    (d.day0 - e.announced_on)::INTEGER AS calendar_days_later,
    d.why
FROM events AS e
LEFT JOIN event_days AS d USING (event_id)
LEFT JOIN sessions AS s ON s.calendar = d.calendar AND s.session = d.day0
WHERE e.event_id = $event
ORDER BY d.calendar;
