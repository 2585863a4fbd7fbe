CREATE OR REPLACE VIEW event_days AS
SELECT event_id, calendar, day0, why
FROM base.event_days;

COMMENT ON VIEW event_days IS 'Day 0 of each event on each calendar: the first session that could react.';
COMMENT ON COLUMN event_days.event_id IS 'The event (events.event_id).';
COMMENT ON COLUMN event_days.calendar IS 'Exchange calendar code (sessions.calendar).';
COMMENT ON COLUMN event_days.day0 IS 'First session whose close is strictly after the announcement.';
COMMENT ON COLUMN event_days.why IS 'Why this session, in words.';
