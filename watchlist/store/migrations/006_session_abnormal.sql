-- The abnormal return of every symbol and session, by the models of the daily studies.
CREATE TABLE base.session_abnormal (
    symbol VARCHAR NOT NULL,
    session DATE NOT NULL,
    ret DOUBLE NOT NULL,              -- simple return, fraction
    market VARCHAR NOT NULL,          -- symbol of the market factor
    sector VARCHAR,                   -- symbol of the sector factor; NULL: none, or it is the symbol itself
    ar_market DOUBLE,                 -- ret less what the market explains, fraction
    se_market DOUBLE,                 -- forecast standard error of that
    sar_market DOUBLE,                -- ar over se
    observations_market INTEGER,      -- estimation rows used
    ar_sector DOUBLE,                 -- ret less what market and sector factor explain, fraction
    se_sector DOUBLE,
    sar_sector DOUBLE,
    observations_sector INTEGER
);
