CREATE OR REPLACE VIEW event_sources AS
SELECT event_id, position, title, publisher, url, published_on
FROM base.event_sources;

COMMENT ON VIEW event_sources IS 'Where each event can be read.';
COMMENT ON COLUMN event_sources.event_id IS 'The event (events.event_id).';
COMMENT ON COLUMN event_sources.position IS 'Order in the catalogue, best source first, from 1.';
COMMENT ON COLUMN event_sources.title IS 'Title of the source.';
COMMENT ON COLUMN event_sources.publisher IS 'Who published it.';
COMMENT ON COLUMN event_sources.url IS 'Address; NULL if only in print or behind a desk.';
COMMENT ON COLUMN event_sources.published_on IS 'Date of the source.';
