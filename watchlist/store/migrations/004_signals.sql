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

-- What each signal means, how often it spoke and how often chance alone would have.
CREATE TABLE base.signal_definitions (
    signal VARCHAR NOT NULL,
    position INTEGER NOT NULL,        -- order of the registry
    title VARCHAR NOT NULL,
    family VARCHAR NOT NULL,          -- move, volume, range, trend, risk, policy
    definition VARCHAR NOT NULL,
    formula VARCHAR NOT NULL,
    source VARCHAR NOT NULL,
    parameters JSON NOT NULL,
    unit VARCHAR NOT NULL,
    direction VARCHAR NOT NULL,       -- up, down, magnitude, none: what a high value is said to forecast
    minimum_history INTEGER NOT NULL,
    rule VARCHAR NOT NULL,
    lies VARCHAR NOT NULL,            -- when it misleads
    as_of DATE NOT NULL,
    symbol_years DOUBLE NOT NULL,
    alerts INTEGER NOT NULL,
    alerts_per_year DOUBLE,
    expected_per_year DOUBLE          -- on a seeded market where nothing happens; NULL: no matter of chance
);

-- The watchlist of the as-of session by how unusual each symbol is.
CREATE TABLE base.rankings (
    as_of DATE NOT NULL,
    symbol VARCHAR NOT NULL,
    rank INTEGER NOT NULL,
    score DOUBLE NOT NULL,            -- bits of surprise: sum of the three largest -log2(rarity), one a family
    reasons VARCHAR[] NOT NULL,       -- the two or three reasons in words, largest first
    rarities DOUBLE[] NOT NULL        -- of each reason: how often chance looks as rare, 0 to 1
);
