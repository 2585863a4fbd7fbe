-- Securities, sessions, bars and how each bar came here.
-- Tables live in the schema `base` and may change; people read the views of `queries/views`.
CREATE SCHEMA IF NOT EXISTS base;

CREATE TABLE base.meta (key VARCHAR NOT NULL, value VARCHAR);

CREATE TABLE base.runs (
    run_id INTEGER NOT NULL,
    command VARCHAR NOT NULL,
    source VARCHAR,
    as_of DATE,
    started_at TIMESTAMPTZ NOT NULL,
    finished_at TIMESTAMPTZ,
    outcome VARCHAR,
    version VARCHAR NOT NULL
);

CREATE TABLE base.securities (
    security_id INTEGER NOT NULL,
    symbol VARCHAR NOT NULL,
    name VARCHAR NOT NULL,
    role VARCHAR NOT NULL,            -- watchlist, peer, benchmark, factor, reference
    exchange VARCHAR NOT NULL,        -- as people write it: NYSE, NASDAQ, TSX
    calendar VARCHAR NOT NULL,        -- exchange_calendars code: XNYS, XTSE
    currency VARCHAR NOT NULL,
    minerals VARCHAR[] NOT NULL,
    stage VARCHAR,
    market VARCHAR,                   -- symbol of the market factor
    sector_factor VARCHAR,            -- symbol of the sector factor
    valid_from DATE,                  -- bars before belong to another company
    valid_to DATE,                    -- last session before delisting or renaming
    successor VARCHAR,                -- symbol that goes on after valid_to
    cik VARCHAR,
    note VARCHAR
);

CREATE TABLE base.security_aliases (symbol VARCHAR NOT NULL, alias VARCHAR NOT NULL);

-- What the US government holds in or has promised a company.
CREATE TABLE base.holdings (
    symbol VARCHAR NOT NULL,
    dated_on DATE,
    holder VARCHAR NOT NULL,
    kind VARCHAR NOT NULL,            -- equity, warrants, loan, grant, offtake, price-floor
    amount_usd DOUBLE,
    share DOUBLE,                     -- fraction of the company
    terms VARCHAR,
    state VARCHAR NOT NULL,           -- closed, signed, letter-of-intent, applied, talks, lapsed, unknown
    state_on DATE,                    -- the state was last checked for this date
    event_id VARCHAR,
    source_url VARCHAR
);

CREATE TABLE base.sessions (
    calendar VARCHAR NOT NULL,
    session DATE NOT NULL,
    open_at TIMESTAMPTZ NOT NULL,
    close_at TIMESTAMPTZ NOT NULL,
    early_close BOOLEAN NOT NULL
);

-- What the vendor gave. No PRIMARY KEY: half again the file; queries/checks proves uniqueness.
-- Stored sorted by (security_id, session).
CREATE TABLE base.bars (
    security_id INTEGER NOT NULL,
    session DATE NOT NULL,
    open DOUBLE,
    high DOUBLE,
    low DOUBLE,
    close DOUBLE,                     -- split-adjusted, not dividend-adjusted
    adj_close DOUBLE,                 -- as the vendor adjusted it
    adj_basis INTEGER,                -- pull whose adjustment base adj_close has; never mix two
    volume BIGINT,
    dividend DOUBLE,                  -- per share on the ex-date; 0 none, NULL not known
    split DOUBLE,                     -- new shares per old share; 1 none, NULL not known
    source VARCHAR NOT NULL,
    pull_id INTEGER NOT NULL,         -- the pull that last changed the bar
    first_pulled_at TIMESTAMPTZ NOT NULL,
    pulled_at TIMESTAMPTZ NOT NULL,   -- the moment of that last change; re-basing adj_close is none
    final BOOLEAN NOT NULL            -- the session had closed, with a margin, when it was pulled
);

CREATE TABLE base.pulls (
    pull_id INTEGER NOT NULL,
    run_id INTEGER NOT NULL,
    symbol VARCHAR NOT NULL,
    source VARCHAR NOT NULL,
    started_at TIMESTAMPTZ NOT NULL,
    finished_at TIMESTAMPTZ NOT NULL,
    outcome VARCHAR NOT NULL,         -- new, unchanged, restated, failed, skipped
    kind VARCHAR,                     -- of a failure: transient, permanent
    reason VARCHAR,                   -- in words; NULL only when outcome is new or unchanged
    attempts INTEGER NOT NULL,
    whole BOOLEAN NOT NULL,           -- the whole history was compared, not only the last sessions
    rows_new INTEGER NOT NULL,
    rows_changed INTEGER NOT NULL,
    first_session DATE,
    last_session DATE
);

CREATE TABLE base.restatements (
    security_id INTEGER NOT NULL,
    session DATE NOT NULL,
    field VARCHAR NOT NULL,           -- the column that changed, or 'bar' for one added late or withdrawn
    old_value DOUBLE,
    new_value DOUBLE,
    cause VARCHAR NOT NULL,           -- split, dividend, correction, final, withdrawn, late
    pull_id INTEGER NOT NULL,
    old_pulled_at TIMESTAMPTZ,
    restated_at TIMESTAMPTZ NOT NULL
);

CREATE TABLE base.findings (
    check_name VARCHAR NOT NULL,
    severity VARCHAR NOT NULL,        -- error, warning, note
    symbol VARCHAR,
    session DATE,
    message VARCHAR NOT NULL,
    value DOUBLE,
    found_at TIMESTAMPTZ NOT NULL
);
