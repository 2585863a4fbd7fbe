CREATE OR REPLACE VIEW holdings AS
SELECT
    symbol, dated_on, holder, kind, amount_usd, share, terms, state, state_on, event_id, source_url
FROM base.holdings;

COMMENT ON VIEW holdings IS 'What the US government holds in, lends to or has promised a company.';
COMMENT ON COLUMN holdings.symbol IS 'Ticker (securities.symbol).';
COMMENT ON COLUMN holdings.dated_on IS 'Date of the agreement, New York.';
COMMENT ON COLUMN holdings.holder IS 'Department or agency.';
COMMENT ON COLUMN holdings.kind IS 'equity, warrants, loan, grant, offtake or price-floor.';
COMMENT ON COLUMN holdings.amount_usd IS 'US dollars.';
COMMENT ON COLUMN holdings.share IS 'Part of the company, fraction.';
COMMENT ON COLUMN holdings.terms IS 'Terms, in words.';
COMMENT ON COLUMN holdings.state IS 'closed, signed, letter-of-intent, applied, talks, lapsed or unknown.';
COMMENT ON COLUMN holdings.state_on IS 'The state was last checked for this date.';
COMMENT ON COLUMN holdings.event_id IS 'The event that brought it (events.event_id).';
COMMENT ON COLUMN holdings.source_url IS 'Where it can be read.';
