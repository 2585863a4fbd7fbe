CREATE OR REPLACE VIEW events AS
SELECT
    event_id, announced_on, announced_time, timing, timing_basis, title, summary, category,
    direction, actors, minerals, amount_usd, certainty, status, known_on, outcome, chain,
    chain_stage, note, entered_at
FROM base.events;

COMMENT ON VIEW events IS 'What happened or is scheduled, when it became public, and how sure we are.';
COMMENT ON COLUMN events.event_id IS 'Short readable name, unique.';
COMMENT ON COLUMN events.announced_on IS 'Calendar date in New York on which it became public.';
COMMENT ON COLUMN events.announced_time IS 'New York wall time; NULL if not known.';
COMMENT ON COLUMN events.timing IS 'pre-market, intraday, after-close, non-trading-day or unknown.';
COMMENT ON COLUMN events.timing_basis IS 'How the timing is known: reported, inferred, calendar or unknown.';
COMMENT ON COLUMN events.title IS 'What happened, in one line.';
COMMENT ON COLUMN events.summary IS 'What happened, in a few sentences.';
COMMENT ON COLUMN events.category IS 'Kind of policy: equity-stake, executive-order, export-control …';
COMMENT ON COLUMN events.direction IS 'supportive, adverse or mixed, as read at the time; of a pair: event_targets.direction.';
COMMENT ON COLUMN events.actors IS 'Who decided or spoke.';
COMMENT ON COLUMN events.minerals IS 'Minerals concerned.';
COMMENT ON COLUMN events.amount_usd IS 'Money involved, US dollars; NULL if none was named.';
COMMENT ON COLUMN events.certainty IS 'confirmed (two sources or more), single-source or unconfirmed.';
COMMENT ON COLUMN events.status IS 'happened or scheduled.';
COMMENT ON COLUMN events.known_on IS 'Of a scheduled event: the date on which its schedule was public.';
COMMENT ON COLUMN events.outcome IS 'Of a scheduled event: what came of it, once known.';
COMMENT ON COLUMN events.chain IS 'Events with the same chain are one story: report, confirmation, closing.';
COMMENT ON COLUMN events.chain_stage IS 'report, announcement, confirmation, amendment, closing, failure or deadline.';
COMMENT ON COLUMN events.note IS 'What a reader should know.';
COMMENT ON COLUMN events.entered_at IS 'When it entered the catalogue; NULL: unknown, so entered with hindsight.';
