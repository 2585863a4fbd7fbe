CREATE OR REPLACE VIEW candidates AS
SELECT
    candidate_id, source, title, announced_on, announced_time, timing, timing_basis, signed_on,
    published_on, url, score, matched, symbols, category, note, state, decided_at, event_id, found_at, raw
FROM base.candidates;

COMMENT ON VIEW candidates IS 'Proposed events from official feeds and texts, to be accepted or rejected by a person.';
COMMENT ON COLUMN candidates.candidate_id IS 'Source and its own id: fr:2025-05212.';
COMMENT ON COLUMN candidates.source IS 'Feed or document that proposed it.';
COMMENT ON COLUMN candidates.title IS 'Title there.';
COMMENT ON COLUMN candidates.announced_on IS 'Date in New York on which it became public, as far as known.';
COMMENT ON COLUMN candidates.announced_time IS 'New York wall time; NULL if not known.';
COMMENT ON COLUMN candidates.timing IS 'pre-market, intraday, after-close, non-trading-day or unknown.';
COMMENT ON COLUMN candidates.timing_basis IS 'How the timing is known.';
COMMENT ON COLUMN candidates.signed_on IS 'Date of signature, where it is an order or rule.';
COMMENT ON COLUMN candidates.published_on IS 'Date of official publication.';
COMMENT ON COLUMN candidates.url IS 'Where it can be read.';
COMMENT ON COLUMN candidates.score IS 'How likely it matters, 0 to 1.';
COMMENT ON COLUMN candidates.matched IS 'The words that matched.';
COMMENT ON COLUMN candidates.symbols IS 'Symbols that it names or may reach.';
COMMENT ON COLUMN candidates.category IS 'Proposed category (events.category).';
COMMENT ON COLUMN candidates.note IS 'What the guess of date and timing rests on.';
COMMENT ON COLUMN candidates.state IS 'open, accepted or rejected.';
COMMENT ON COLUMN candidates.decided_at IS 'When it was accepted or rejected, UTC.';
COMMENT ON COLUMN candidates.event_id IS 'The event it became (events.event_id).';
COMMENT ON COLUMN candidates.found_at IS 'When it was found, UTC.';
COMMENT ON COLUMN candidates.raw IS 'What the feed gave, JSON.';
