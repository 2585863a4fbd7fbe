CREATE OR REPLACE VIEW planted_effects AS
SELECT event_id, symbol, day, session, ar
FROM base.planted_effects;

COMMENT ON VIEW planted_effects IS 'The truth of a simulated market: abnormal returns put in on purpose; empty in a real store.';
COMMENT ON COLUMN planted_effects.event_id IS 'The event (events.event_id).';
COMMENT ON COLUMN planted_effects.symbol IS 'Ticker (securities.symbol).';
COMMENT ON COLUMN planted_effects.day IS 'Sessions from day 0.';
COMMENT ON COLUMN planted_effects.session IS 'Trading date of the exchange.';
COMMENT ON COLUMN planted_effects.ar IS 'Abnormal return that was added, fraction.';
