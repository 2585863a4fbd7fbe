-- Signals, the alerts they raise, and what judging them said.
CREATE TABLE base.signals (
    symbol VARCHAR NOT NULL,
    session DATE NOT NULL,
    signal VARCHAR NOT NULL,
    value DOUBLE,
    z DOUBLE,
    percentile DOUBLE,                -- of the symbol's own past, 0 to 1
    state VARCHAR NOT NULL            -- quiet, up, down, on
);

CREATE TABLE base.alerts (
    symbol VARCHAR NOT NULL,
    session DATE NOT NULL,
    signal VARCHAR NOT NULL,
    state VARCHAR NOT NULL,
    previous_state VARCHAR NOT NULL,
    value DOUBLE,
    rule VARCHAR NOT NULL,
    expected_per_year DOUBLE,         -- such alerts per symbol-year by chance at this threshold
    sentence VARCHAR NOT NULL
);

CREATE TABLE base.signal_verdicts (
    signal VARCHAR NOT NULL,
    horizon INTEGER NOT NULL,
    as_of DATE NOT NULL,
    verdict VARCHAR NOT NULL,         -- supported, not distinguishable from chance, contradicted, too little data
    ic DOUBLE,
    t DOUBLE,
    p DOUBLE,
    p_adjusted DOUBLE,
    hit_rate DOUBLE,
    mean_forward DOUBLE,
    mde DOUBLE,
    n INTEGER NOT NULL,
    detail JSON
);
