-- How far ordinary days go, by the model of each pair of a study:
--     FROM ordinary_days('daily-market')
--     FROM ordinary_quantiles('daily-market')
-- The fitted model is applied to every session up to the study's: to day 0, and to the sessions that
-- are day 0 of no event of the symbol. A session counts where the symbol and all factors have a
-- return. Of the newest study of that name that is not after `on_session`.
CREATE OR REPLACE MACRO ordinary_days(study, on_session := '9999-12-31') AS TABLE
WITH fit AS (
    SELECT f.*, s.as_of, row_number() OVER () AS pair
    FROM base.study_fits AS f
    JOIN studies AS s USING (study_id)
    WHERE s.name = study AND s.as_of = (
        SELECT max(n.as_of) FROM studies AS n WHERE n.name = study AND n.as_of <= on_session::DATE
    )
),
slope AS (
    SELECT pair, unnest(factors) AS factor, unnest(betas) AS beta
    FROM fit
),
own_day AS (
    SELECT DISTINCT symbol, day0 FROM event_targets
),
day AS (
    SELECT f.pair, r.session, r.session = f.day0 AS is_day0, r.ret
    FROM fit AS f
    JOIN returns AS r ON r.symbol = f.symbol AND r.session <= f.as_of
    LEFT JOIN own_day AS d ON d.symbol = f.symbol AND d.day0 = r.session
    WHERE r.ret IS NOT NULL AND (d.day0 IS NULL OR r.session = f.day0)
),
beside AS (
    SELECT
        d.pair, d.session, d.is_day0, d.ret, count(x.ret) AS factors,
        coalesce(sum(b.beta * x.ret), 0) AS explained
    FROM day AS d
    LEFT JOIN slope AS b USING (pair)
    LEFT JOIN returns AS x ON x.symbol = b.factor AND x.session = d.session
    GROUP BY d.pair, d.session, d.is_day0, d.ret
)
SELECT
    f.event_id, f.symbol, b.session, b.is_day0, b.ret - coalesce(f.alpha, 0) - b.explained AS ar
FROM beside AS b
JOIN fit AS f USING (pair)
WHERE b.factors = len(f.factors);

CREATE OR REPLACE MACRO ordinary_quantiles(study, on_session := '9999-12-31') AS TABLE
WITH day AS (
    SELECT *, any_value(ar) FILTER (is_day0) OVER (PARTITION BY event_id, symbol) AS observed
    FROM ordinary_days(study, on_session := on_session)
)
SELECT
    event_id, symbol, any_value(observed) AS observed,
    count(*) FILTER (NOT is_day0)::INTEGER AS quiet_days,
    count(*) FILTER (NOT is_day0 AND abs(ar) >= abs(observed))::INTEGER AS at_least,
    quantile_disc(ar, [0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99]) FILTER (NOT is_day0) AS quantiles,
    list(ar ORDER BY session) FILTER (NOT is_day0) AS ordinary
FROM day
GROUP BY event_id, symbol;

COMMENT ON MACRO TABLE ordinary_days IS 'Abnormal returns by the model of each pair of a study, on its day 0 and on every session that is day 0 of no event of the symbol.';
COMMENT ON MACRO TABLE ordinary_quantiles IS 'How far ordinary days go by the model of each pair of a study, beside its day 0.';
