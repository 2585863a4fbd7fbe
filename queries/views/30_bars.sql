-- The dates of another company under the same symbol stay in base.bars and out of here.
CREATE OR REPLACE VIEW bars AS
SELECT
    s.symbol, b.session, b.open, b.high, b.low, b.close, b.adj_close, b.adj_basis, b.volume,
    b.dividend, b.split, b.source, b.pull_id, b.first_pulled_at, b.pulled_at, b.final
FROM base.bars AS b
JOIN base.securities AS s USING (security_id)
WHERE (s.valid_from IS NULL OR b.session >= s.valid_from)
    AND (s.valid_to IS NULL OR b.session <= s.valid_to);

COMMENT ON VIEW bars IS 'Daily bars as the vendor gave them, one row per symbol and session; NULL is not known.';
COMMENT ON COLUMN bars.symbol IS 'Ticker (securities.symbol).';
COMMENT ON COLUMN bars.session IS 'Trading date of the exchange.';
COMMENT ON COLUMN bars.open IS 'First price, in the currency of the security, split-adjusted.';
COMMENT ON COLUMN bars.high IS 'Highest price, split-adjusted.';
COMMENT ON COLUMN bars.low IS 'Lowest price, split-adjusted.';
COMMENT ON COLUMN bars.close IS 'Last price, split-adjusted, not dividend-adjusted.';
COMMENT ON COLUMN bars.adj_close IS 'Last price as the vendor adjusted it for splits and dividends.';
COMMENT ON COLUMN bars.adj_basis IS 'Pull whose adjustment adj_close has; two values compare only if theirs are equal.';
COMMENT ON COLUMN bars.volume IS 'Shares traded, split-adjusted.';
COMMENT ON COLUMN bars.dividend IS 'Per share on the ex-date; 0 none, NULL not known.';
COMMENT ON COLUMN bars.split IS 'New shares per old share; 1 none, NULL not known.';
COMMENT ON COLUMN bars.source IS 'Where the bar came from.';
COMMENT ON COLUMN bars.pull_id IS 'The pull that last changed the bar (pulls.pull_id).';
COMMENT ON COLUMN bars.first_pulled_at IS 'When the bar was first seen, UTC.';
COMMENT ON COLUMN bars.pulled_at IS 'When it was last changed, UTC.';
COMMENT ON COLUMN bars.final IS 'The session had closed, with a margin, when the bar was pulled.';
