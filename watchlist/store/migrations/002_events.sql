-- What happened, when it became public, to whom, and why we believe it.
CREATE TABLE base.events (
    event_id VARCHAR NOT NULL,
    announced_on DATE NOT NULL,       -- calendar date in New York
    announced_time TIME,              -- New York wall time, where known
    timing VARCHAR NOT NULL,          -- pre-market, intraday, after-close, non-trading-day, unknown
    timing_basis VARCHAR NOT NULL,    -- reported, inferred, calendar, unknown
    title VARCHAR NOT NULL,
    summary VARCHAR,
    category VARCHAR NOT NULL,
    direction VARCHAR NOT NULL,       -- supportive, adverse, mixed: for the targets, as read at the time
    actors VARCHAR[] NOT NULL,
    minerals VARCHAR[] NOT NULL,
    amount_usd DOUBLE,
    certainty VARCHAR NOT NULL,       -- confirmed (two sources or more), single-source, unconfirmed
    status VARCHAR NOT NULL,          -- happened, scheduled
    known_on DATE,                    -- scheduled events: the date on which the schedule was public
    outcome VARCHAR,                  -- scheduled events: what came of it, once known
    chain VARCHAR,                    -- events that are one story: a report, its confirmation, its closing
    chain_stage VARCHAR,              -- report, announcement, confirmation, amendment, closing, failure, deadline
    note VARCHAR
);

CREATE TABLE base.event_sources (
    event_id VARCHAR NOT NULL,
    position INTEGER NOT NULL,
    title VARCHAR NOT NULL,
    publisher VARCHAR NOT NULL,
    url VARCHAR,
    published_on DATE,
    says_on DATE,                     -- the day that this source gives, where it differs
    says_amount_usd DOUBLE            -- the amount that this source gives, where it differs
);

CREATE TABLE base.event_targets (
    event_id VARCHAR NOT NULL,
    symbol VARCHAR NOT NULL,
    relation VARCHAR NOT NULL         -- named, exposed
);

CREATE TABLE base.event_days (
    event_id VARCHAR NOT NULL,
    calendar VARCHAR NOT NULL,
    day0 DATE NOT NULL,               -- first session whose close is strictly after the announcement
    why VARCHAR NOT NULL              -- in words
);
