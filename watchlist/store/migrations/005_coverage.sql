-- What was read, what it mentions, and what it proposes.
CREATE TABLE base.documents (
    document_id VARCHAR NOT NULL,     -- sha256 of the bytes, first 16 hex digits
    title VARCHAR,
    dated_on DATE,
    date_basis VARCHAR,               -- given, found, content, unknown
    source VARCHAR NOT NULL,
    characters INTEGER NOT NULL,
    text VARCHAR,                     -- only if asked for
    read_at TIMESTAMPTZ NOT NULL
);

CREATE TABLE base.mentions (
    document_id VARCHAR NOT NULL,
    kind VARCHAR NOT NULL,            -- company, date, amount, percentage, mineral, actor, policy
    value VARCHAR NOT NULL,           -- symbol, ISO date, canonical name
    number DOUBLE,
    unit VARCHAR,
    event_id VARCHAR,
    first_char INTEGER NOT NULL,
    last_char INTEGER NOT NULL,
    evidence VARCHAR NOT NULL
);

CREATE TABLE base.contradictions (
    document_id VARCHAR NOT NULL,
    event_id VARCHAR NOT NULL,
    claim VARCHAR NOT NULL,
    fact VARCHAR NOT NULL,
    evidence VARCHAR NOT NULL,
    first_char INTEGER NOT NULL,
    last_char INTEGER NOT NULL
);

CREATE TABLE base.candidates (
    candidate_id VARCHAR NOT NULL,    -- source and its own id: fr:2025-05212, edgar:0001279569-25-001094
    source VARCHAR NOT NULL,
    title VARCHAR NOT NULL,
    announced_on DATE,
    announced_time TIME,
    timing VARCHAR NOT NULL,
    timing_basis VARCHAR NOT NULL,
    signed_on DATE,
    published_on DATE,
    url VARCHAR,
    score DOUBLE NOT NULL,
    matched VARCHAR[] NOT NULL,       -- the words that matched
    symbols VARCHAR[] NOT NULL,
    category VARCHAR,
    note VARCHAR,                     -- what the guess of date and timing rests on
    state VARCHAR NOT NULL,           -- open, accepted, rejected
    decided_at TIMESTAMPTZ,
    event_id VARCHAR,
    found_at TIMESTAMPTZ NOT NULL,
    raw JSON
);
