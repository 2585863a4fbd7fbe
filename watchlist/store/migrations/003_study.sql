-- Event studies: one row of `studies` is one design run on one state of the data.
CREATE TABLE base.studies (
    study_id INTEGER NOT NULL,
    name VARCHAR NOT NULL,            -- daily-market, daily-sector; -keep: the other overlap rule
    model VARCHAR NOT NULL,           -- market, market+sector, constant-mean, ...
    headline BOOLEAN NOT NULL,        -- the one that the report leads with
    as_of DATE NOT NULL,
    design JSON NOT NULL,             -- the whole StudyDesign: repeats the run to the bit
    design_hash VARCHAR NOT NULL,     -- of the design and of the data it saw
    events INTEGER NOT NULL,
    pairs INTEGER NOT NULL,
    dates INTEGER NOT NULL,
    dropped INTEGER NOT NULL,
    warnings VARCHAR[] NOT NULL,
    version VARCHAR NOT NULL
);

-- One estimated pair event x symbol.
CREATE TABLE base.study_fits (
    study_id INTEGER NOT NULL,
    event_id VARCHAR NOT NULL,
    symbol VARCHAR NOT NULL,
    day0 DATE NOT NULL,
    factors VARCHAR[] NOT NULL,
    alpha DOUBLE,
    betas DOUBLE[] NOT NULL,          -- in the order of factors
    sigma DOUBLE NOT NULL,            -- residual standard deviation, ddof = parameters
    observations INTEGER NOT NULL,    -- estimation rows used
    masked INTEGER NOT NULL,          -- estimation rows left out because another event fell there
    zero_return_share DOUBLE,
    zero_volume_share DOUBLE,
    note VARCHAR
);

CREATE TABLE base.abnormal_returns (
    study_id INTEGER NOT NULL,
    event_id VARCHAR NOT NULL,
    symbol VARCHAR NOT NULL,
    day SMALLINT NOT NULL,            -- sessions from day 0
    session DATE NOT NULL,
    ret DOUBLE,                       -- simple return, fraction
    expected DOUBLE,
    ar DOUBLE,
    sar DOUBLE                        -- ar over its forecast standard error
);

CREATE TABLE base.event_effects (
    study_id INTEGER NOT NULL,
    event_id VARCHAR NOT NULL,
    symbol VARCHAR NOT NULL,
    first_day SMALLINT NOT NULL,
    last_day SMALLINT NOT NULL,
    ret DOUBLE,                       -- compounded raw return over the window
    car DOUBLE,
    bhar DOUBLE,
    se DOUBLE,                        -- forecast standard error of car
    scar DOUBLE,
    t_p DOUBLE,                       -- two-sided, Student t with observations - parameters
    placebo_p DOUBLE,                 -- two-sided rank among valid non-event days
    placebo_floor DOUBLE,             -- the smallest p that so many placebo days can give
    placebo_n INTEGER,
    p_holm DOUBLE,
    p_bh DOUBLE,
    p_romano_wolf DOUBLE,
    mde DOUBLE,                       -- smallest |car| found with power 0.8 at 5 %
    days INTEGER NOT NULL,            -- event-window days with a return
    note VARCHAR
);

-- Tests over several pairs: an event over its targets, a category, all events.
CREATE TABLE base.study_tests (
    study_id INTEGER NOT NULL,
    scope VARCHAR NOT NULL,           -- event, category, mineral, relation, chain-stage, direction, all
    value VARCHAR NOT NULL,           -- which event, which category
    first_day SMALLINT NOT NULL,
    last_day SMALLINT NOT NULL,
    test VARCHAR NOT NULL,            -- kp, placebo, ibragimov-mueller, sign-flip, patell, ...
    headline BOOLEAN NOT NULL,
    n INTEGER NOT NULL,               -- pairs
    dates INTEGER NOT NULL,           -- distinct day-0 sessions
    estimate DOUBLE,                  -- mean car (or the mean over dates), fraction
    se DOUBLE,
    statistic DOUBLE,
    df DOUBLE,
    p DOUBLE,
    p_holm DOUBLE,
    p_bh DOUBLE,
    r_bar DOUBLE,                     -- mean pairwise correlation of estimation residuals
    variance_ratio DOUBLE,            -- event over estimation
    mde DOUBLE,
    share_positive DOUBLE,
    warning VARCHAR                   -- why p may lie here; NULL when no reason is known
);

CREATE TABLE base.study_drops (
    study_id INTEGER NOT NULL,
    event_id VARCHAR NOT NULL,
    symbol VARCHAR NOT NULL,
    code VARCHAR NOT NULL,            -- no-bars, short-estimation, no-day0, overlap, missing-factor, not-yet
    reason VARCHAR NOT NULL           -- in words, with the numbers
);

-- Was a control itself moved by the event?
CREATE TABLE base.study_factors (
    study_id INTEGER NOT NULL,
    event_id VARCHAR NOT NULL,
    factor VARCHAR NOT NULL,
    ar DOUBLE,                        -- the factor's own day-0 abnormal return against the market
    sar DOUBLE,
    placebo_p DOUBLE,
    placebo_floor DOUBLE,
    treated BOOLEAN NOT NULL,
    why VARCHAR NOT NULL
);

CREATE TABLE base.study_overlaps (
    study_id INTEGER NOT NULL,
    event_id VARCHAR NOT NULL,
    symbol VARCHAR NOT NULL,
    other_event_id VARCHAR NOT NULL,
    kind VARCHAR NOT NULL,            -- same-session, event-window, estimation-window
    sessions_apart INTEGER NOT NULL
);

-- Quantiles of the CAR path from non-event days, for the charts.
CREATE TABLE base.placebo_bands (
    study_id INTEGER NOT NULL,
    event_id VARCHAR NOT NULL,
    symbol VARCHAR NOT NULL,
    day SMALLINT NOT NULL,            -- the band of CAR(first chart day .. day)
    lo DOUBLE,                        -- 2.5 %
    hi DOUBLE,                        -- 97.5 %
    draws INTEGER NOT NULL
);

CREATE TABLE base.calibrations (
    design_hash VARCHAR NOT NULL,
    as_of DATE NOT NULL,
    scope VARCHAR NOT NULL,           -- event: the targets of one event date; all: every pair
    test VARCHAR NOT NULL,
    setting VARCHAR NOT NULL,         -- null, planted 5 %, ...
    first_day SMALLINT NOT NULL,
    last_day SMALLINT NOT NULL,
    n INTEGER NOT NULL,
    nominal DOUBLE NOT NULL,
    rejected DOUBLE NOT NULL,         -- share of repetitions
    repetitions INTEGER NOT NULL
);

-- What was planted in a simulated market; empty in a real store.
CREATE TABLE base.planted_effects (
    event_id VARCHAR NOT NULL,
    symbol VARCHAR NOT NULL,
    day SMALLINT NOT NULL,
    session DATE NOT NULL,
    ar DOUBLE NOT NULL
);
