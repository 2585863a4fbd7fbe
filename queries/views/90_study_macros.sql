-- The market-model event study as table functions, for any DuckDB client that opens the file:
--     FROM car('mp-dod-2025', -1, 5)
--     FROM event_path('mp-dod-2025')
--     FROM reaction('MP')
--     FROM around(DATE '2025-10-09', ['MP', 'USAR'])
-- Same numbers as the study `daily-market`: ordinary least squares on the market over the sessions
-- −130 … −11 before day 0, without the sessions (day 0 and the next) of other events of the same
-- symbol; `mask := false` keeps those sessions, as the study `daily-market-keep` does.
-- METHODS.md has the formulas. Where the file is attached beside another, `USE` it first.

-- One row per pair and day, with the fit of its pair. `pairs` is a list of structs
-- (event_id, symbol, relation, day0). The two bars of each return are joined as in event_windows.
CREATE OR REPLACE MACRO market_model(
    pairs, first_day, last_day,
    market := 'SPY', estimation_first := -130, estimation_last := -11, mask := true,
    min_observations := 60
) AS TABLE
WITH pair AS (
    SELECT unnest(pairs, recursive := true)
),
axis AS (
    SELECT
        session,
        lag(session) OVER (ORDER BY session) AS last_session,
        row_number() OVER (ORDER BY session) AS n
    FROM base.sessions
    WHERE calendar = (SELECT s.calendar FROM base.securities AS s WHERE s.symbol = market)
),
day_of AS (
    SELECT
        p.event_id, p.symbol, p.relation, p.day0, a.session, a.last_session,
        (a.n - z.n)::INTEGER AS day
    FROM pair AS p
    JOIN axis AS z ON z.session = p.day0
    JOIN axis AS a
        ON a.n BETWEEN z.n + least(estimation_first, first_day)
            AND z.n + greatest(estimation_last, last_day)
),
quoted AS (
    SELECT DISTINCT symbol, session, last_session FROM day_of
    UNION
    SELECT DISTINCT market, session, last_session FROM day_of
),
ret_of AS (
    SELECT
        q.symbol, q.session,
        simple_return(
            return_basis(
                b.close, l.close, b.dividend, b.adj_close, l.adj_close, b.adj_basis, l.adj_basis
            ),
            b.close, l.close, b.dividend, b.adj_close, l.adj_close
        ) AS ret
    FROM quoted AS q
    JOIN base.securities AS s ON s.symbol = q.symbol
    JOIN base.bars AS b
        ON b.security_id = s.security_id AND b.session = q.session AND b.final
        AND b.session <= coalesce(s.valid_to, b.session)
    JOIN base.bars AS l
        ON l.security_id = s.security_id AND l.session = q.last_session AND l.final
        AND l.session >= coalesce(s.valid_from, l.session)
),
other AS (
    SELECT DISTINCT t.symbol, a.session
    FROM event_targets AS t
    JOIN axis AS z ON z.session = t.day0
    JOIN axis AS a ON a.n BETWEEN z.n AND z.n + 1
    WHERE mask
),
sample AS (
    SELECT
        d.event_id, d.symbol, d.relation, d.day0, d.day, d.session, r.ret, m.ret AS market_ret,
        o.session IS NOT NULL AS masked,
        d.day BETWEEN estimation_first AND estimation_last AS estimating
    FROM day_of AS d
    LEFT JOIN ret_of AS r ON r.symbol = d.symbol AND r.session = d.session
    LEFT JOIN ret_of AS m ON m.symbol = market AND m.session = d.session
    LEFT JOIN other AS o ON o.symbol = d.symbol AND o.session = d.session
),
line AS (
    SELECT
        event_id, symbol,
        regr_slope(ret, market_ret) AS beta,
        regr_intercept(ret, market_ret) AS alpha,
        regr_count(ret, market_ret)::INTEGER AS observations,
        regr_avgx(ret, market_ret) AS market_mean,
        regr_sxx(ret, market_ret) AS market_ss
    FROM sample
    WHERE estimating AND NOT masked
    GROUP BY event_id, symbol
),
fit AS (
    SELECT
        l.event_id, l.symbol, l.beta, l.alpha, l.observations, l.market_mean, l.market_ss,
        sqrt(
            sum((s.ret - l.alpha - l.beta * s.market_ret) ** 2) / (any_value(l.observations) - 2)
        ) AS sigma
    FROM line AS l
    JOIN sample AS s ON s.event_id IS NOT DISTINCT FROM l.event_id AND s.symbol = l.symbol
    WHERE s.estimating AND NOT s.masked AND l.observations >= min_observations
    GROUP BY ALL
)
SELECT
    s.event_id, s.symbol, s.relation, s.day0, s.day, s.session, s.ret, s.market_ret,
    f.alpha + f.beta * s.market_ret AS expected,
    s.ret - f.alpha - f.beta * s.market_ret AS ar,
    f.alpha, f.beta, f.sigma, f.observations, f.market_mean, f.market_ss
FROM sample AS s
JOIN fit AS f ON f.event_id IS NOT DISTINCT FROM s.event_id AND f.symbol = s.symbol
WHERE s.day BETWEEN first_day AND last_day;

CREATE OR REPLACE MACRO event_path(
    event, first_day := -10, last_day := 20, market := 'SPY', mask := true
) AS TABLE
SELECT
    event_id, symbol, relation, day, session, ret, expected, ar,
    ar / (
        sigma * sqrt(1 + 1 / observations + (market_ret - market_mean) ** 2 / market_ss)
    ) AS sar,
    sum(ar) OVER (PARTITION BY symbol ORDER BY day) AS car
FROM market_model(
    (
        SELECT list({event_id: t.event_id, symbol: t.symbol, relation: t.relation, day0: t.day0})
        FROM event_targets AS t
        WHERE t.event_id = event AND t.day0 IS NOT NULL
    ),
    first_day, last_day, market := market, mask := mask
)
ORDER BY relation DESC, symbol, day;

-- The variance of a sum of forecasts shares the error of one estimate: the square of the sum of
-- the market's deviations, not the sum of their squares.
CREATE OR REPLACE MACRO car(event, first_day, last_day, market := 'SPY', mask := true) AS TABLE
WITH summed AS (
    SELECT
        event_id, symbol, relation, any_value(day0) AS day0,
        count(ar)::INTEGER AS days,
        product(1 + ret) FILTER (ar IS NOT NULL) - 1 AS ret,
        sum(ar) AS car,
        any_value(sigma) * sqrt(
            count(ar) + count(ar) ** 2 / any_value(observations)
            + sum(market_ret - market_mean) FILTER (ar IS NOT NULL) ** 2 / any_value(market_ss)
        ) AS se,
        any_value(alpha) AS alpha, any_value(beta) AS beta, any_value(sigma) AS sigma,
        any_value(observations) AS observations
    FROM market_model(
        (
            SELECT
                list({event_id: t.event_id, symbol: t.symbol, relation: t.relation, day0: t.day0})
            FROM event_targets AS t
            WHERE t.event_id = event AND t.day0 IS NOT NULL
        ),
        first_day, last_day, market := market, mask := mask
    )
    GROUP BY event_id, symbol, relation
)
SELECT
    event_id, symbol, relation, day0, days, ret, car, se, car / se AS scar, alpha, beta, sigma,
    observations
FROM summed
WHERE days > 0
ORDER BY car DESC;

CREATE OR REPLACE MACRO reaction(ticker, market := 'SPY', mask := true) AS TABLE
WITH path AS (
    FROM market_model(
        (
            SELECT
                list({event_id: t.event_id, symbol: t.symbol, relation: t.relation, day0: t.day0})
            FROM event_targets AS t
            WHERE t.symbol = ticker AND t.day0 IS NOT NULL
        ),
        -1, 20, market := market, mask := mask
    )
)
SELECT
    p.event_id, e.title, e.category, p.relation, p.day0,
    any_value(p.ret) FILTER (p.day = 0) AS ret,
    any_value(p.ar) FILTER (p.day = 0) AS ar,
    any_value(
        p.ar / (
            p.sigma
            * sqrt(1 + 1 / p.observations + (p.market_ret - p.market_mean) ** 2 / p.market_ss)
        )
    ) FILTER (p.day = 0) AS sar,
    CASE WHEN count(p.ar) FILTER (p.day BETWEEN 0 AND 5) = 6
        THEN sum(p.ar) FILTER (p.day BETWEEN 0 AND 5) END AS car_0_5,
    CASE WHEN count(p.ar) FILTER (p.day BETWEEN 0 AND 20) = 21
        THEN sum(p.ar) FILTER (p.day BETWEEN 0 AND 20) END AS car_0_20
FROM path AS p
JOIN events AS e USING (event_id)
GROUP BY ALL
ORDER BY p.day0, p.event_id;

CREATE OR REPLACE MACRO around(
    date, symbols, first_day := -5, last_day := 5, market := 'SPY', mask := true
) AS TABLE
SELECT
    symbol, day, session, ret, expected, ar,
    ar / (
        sigma * sqrt(1 + 1 / observations + (market_ret - market_mean) ** 2 / market_ss)
    ) AS sar,
    sum(ar) OVER (PARTITION BY symbol ORDER BY day) AS car
FROM market_model(
    (
        SELECT list({event_id: NULL::VARCHAR, symbol: u.symbol, relation: NULL::VARCHAR, day0: z.day0})
        FROM (SELECT unnest(symbols) AS symbol) AS u
        CROSS JOIN (
            SELECT min(session) AS day0
            FROM sessions
            WHERE session >= date::DATE
                AND calendar = (SELECT calendar FROM securities AS m WHERE m.symbol = market)
        ) AS z
    ),
    first_day, last_day, market := market, mask := mask
)
ORDER BY symbol, day;

COMMENT ON MACRO TABLE market_model IS 'Market model of any list of pairs {event_id, symbol, relation, day0}: one row per pair and day, with its fit. The other functions are made of it.';
COMMENT ON MACRO TABLE event_path IS 'Path of each target of an event: ret, expected, ar, sar and the running sum car, fractions per session.';
COMMENT ON MACRO TABLE car IS 'Cumulative abnormal return of each target of an event over the days first_day … last_day, with its forecast standard error.';
COMMENT ON MACRO TABLE reaction IS 'How a symbol reacted to each of its events: return, ar and sar of day 0, car over [0, 5] and [0, 20].';
COMMENT ON MACRO TABLE around IS 'Abnormal returns of any symbols around any date, no event needed; day 0 is the first session on or after it.';
