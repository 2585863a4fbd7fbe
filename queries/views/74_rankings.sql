CREATE OR REPLACE VIEW rankings AS
SELECT as_of, symbol, rank, score, reasons, rarities
FROM base.rankings;

COMMENT ON VIEW rankings IS 'The watchlist of the last session by how unusual each symbol is.';
COMMENT ON COLUMN rankings.as_of IS 'The session.';
COMMENT ON COLUMN rankings.symbol IS 'Ticker (securities.symbol).';
COMMENT ON COLUMN rankings.rank IS '1 is the most unusual.';
COMMENT ON COLUMN rankings.score IS 'Bits of surprise: the three largest −log₂(rarity), one a family of signals, added up.';
COMMENT ON COLUMN rankings.reasons IS 'Why, in words, most unusual first.';
COMMENT ON COLUMN rankings.rarities IS 'Of each reason: how often a market where nothing happens looks as rare, fraction of days.';
