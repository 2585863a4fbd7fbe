CREATE OR REPLACE VIEW securities AS
SELECT
    symbol, name, role, exchange, calendar, currency, minerals, stage, market, sector_factor,
    valid_from, valid_to, successor, cik, note
FROM base.securities;

COMMENT ON VIEW securities IS 'Who is watched or measured against, one row a symbol.';
COMMENT ON COLUMN securities.symbol IS 'Ticker, unique.';
COMMENT ON COLUMN securities.name IS 'Name of the company or fund.';
COMMENT ON COLUMN securities.role IS 'watchlist, peer, benchmark, factor or reference (reference: no bars are pulled).';
COMMENT ON COLUMN securities.exchange IS 'Exchange as people write it: NYSE, NASDAQ, TSX.';
COMMENT ON COLUMN securities.calendar IS 'Exchange calendar code: XNYS, XTSE.';
COMMENT ON COLUMN securities.currency IS 'ISO 4217 code of its prices.';
COMMENT ON COLUMN securities.minerals IS 'Minerals it mines, refines or tracks.';
COMMENT ON COLUMN securities.stage IS 'exploration, development, production …; NULL for funds.';
COMMENT ON COLUMN securities.market IS 'Symbol of its market factor.';
COMMENT ON COLUMN securities.sector_factor IS 'Symbol of its sector factor.';
COMMENT ON COLUMN securities.valid_from IS 'First session of this company under this symbol; earlier bars are another company and not shown.';
COMMENT ON COLUMN securities.valid_to IS 'Last session before delisting or renaming; NULL while it trades.';
COMMENT ON COLUMN securities.successor IS 'Symbol that goes on after valid_to.';
COMMENT ON COLUMN securities.cik IS 'SEC Central Index Key.';
COMMENT ON COLUMN securities.note IS 'What a reader should know about its history.';
