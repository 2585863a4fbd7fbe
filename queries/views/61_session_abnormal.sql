CREATE OR REPLACE VIEW session_abnormal AS
SELECT
    symbol, session, ret, market, sector,
    ar_market, se_market, sar_market, observations_market,
    ar_sector, se_sector, sar_sector, observations_sector
FROM base.session_abnormal;

COMMENT ON VIEW session_abnormal IS 'The abnormal return of each symbol and session with the session as day 0, by the models of the studies daily-market and daily-sector; a row where at least one of them is known.';
COMMENT ON COLUMN session_abnormal.symbol IS 'Ticker (securities.symbol).';
COMMENT ON COLUMN session_abnormal.session IS 'Trading date of the exchange; of thousands of symbols the last sessions that five million rows hold.';
COMMENT ON COLUMN session_abnormal.ret IS 'Simple return, fraction (returns.ret).';
COMMENT ON COLUMN session_abnormal.market IS 'Symbol of the market factor.';
COMMENT ON COLUMN session_abnormal.sector IS 'Symbol of the sector factor; NULL where there is none, or where it is the symbol itself.';
COMMENT ON COLUMN session_abnormal.ar_market IS 'Against the market: ret less a + b · market, fitted on the estimation window before, fraction. Alerts read this one.';
COMMENT ON COLUMN session_abnormal.se_market IS 'Forecast standard error of ar_market, fraction.';
COMMENT ON COLUMN session_abnormal.sar_market IS 'ar_market / se_market, standard errors.';
COMMENT ON COLUMN session_abnormal.observations_market IS 'Sessions of the estimation window that were used, count.';
COMMENT ON COLUMN session_abnormal.ar_sector IS 'Against market and sector: ret less a + b · market + c · sector, fraction; NULL without a sector factor.';
COMMENT ON COLUMN session_abnormal.se_sector IS 'Forecast standard error of ar_sector, fraction.';
COMMENT ON COLUMN session_abnormal.sar_sector IS 'ar_sector / se_sector, standard errors.';
COMMENT ON COLUMN session_abnormal.observations_sector IS 'Sessions of the estimation window that were used, count.';
