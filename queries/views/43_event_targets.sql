CREATE OR REPLACE VIEW event_targets AS
SELECT t.event_id, t.symbol, t.relation, t.direction, d.day0
FROM base.event_targets AS t
LEFT JOIN base.securities AS s USING (symbol)
LEFT JOIN base.event_days AS d ON d.event_id = t.event_id AND d.calendar = s.calendar;

COMMENT ON VIEW event_targets IS 'Which symbols an event names or plausibly reaches.';
COMMENT ON COLUMN event_targets.event_id IS 'The event (events.event_id).';
COMMENT ON COLUMN event_targets.symbol IS 'Ticker (securities.symbol).';
COMMENT ON COLUMN event_targets.relation IS 'named (the event says its name) or exposed (same mineral or same policy).';
COMMENT ON COLUMN event_targets.direction IS 'supportive, adverse or mixed for this symbol: help for a rival is adverse.';
COMMENT ON COLUMN event_targets.day0 IS 'First session of its exchange that could react; NULL if not reached yet.';
