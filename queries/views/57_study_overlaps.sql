CREATE OR REPLACE VIEW study_overlaps AS
SELECT
    o.study_id, s.name AS study, o.event_id, o.symbol, o.other_event_id, o.kind, o.sessions_apart
FROM base.study_overlaps AS o
LEFT JOIN base.studies AS s USING (study_id);

COMMENT ON VIEW study_overlaps IS 'Other events of the same symbol that fall into a pair''s windows.';
COMMENT ON COLUMN study_overlaps.study_id IS 'The study (studies.study_id).';
COMMENT ON COLUMN study_overlaps.study IS 'Name of the study (studies.name).';
COMMENT ON COLUMN study_overlaps.event_id IS 'The event (events.event_id).';
COMMENT ON COLUMN study_overlaps.symbol IS 'Ticker (securities.symbol).';
COMMENT ON COLUMN study_overlaps.other_event_id IS 'The event that falls in (events.event_id).';
COMMENT ON COLUMN study_overlaps.kind IS 'same-session, event-window or estimation-window.';
COMMENT ON COLUMN study_overlaps.sessions_apart IS 'Day 0 of the other minus day 0 of the event, sessions.';
