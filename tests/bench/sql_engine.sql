-- The same study in SQL alone: market model, Patell and BMP over all pairs, window [-10, 10].
WITH price AS (
    SELECT security_id, session, close / lag(close) OVER w - 1 AS ret
    FROM base.bars
    WINDOW w AS (PARTITION BY security_id ORDER BY session)
),
axis AS (
    SELECT session, row_number() OVER (ORDER BY session) AS n FROM base.sessions
),
market AS (
    SELECT a.n, p.ret
    FROM price AS p JOIN axis AS a USING (session)
    WHERE p.security_id = (SELECT security_id FROM base.securities WHERE symbol = 'MKT')
),
pair AS (
    SELECT row_number() OVER () AS pair, s.security_id, a.n AS zero
    FROM base.event_targets AS t
    JOIN base.securities AS s USING (symbol)
    JOIN base.event_days AS d USING (event_id)
    JOIN axis AS a ON a.session = d.day0
),
line AS (
    SELECT p.pair, p.zero, a.n - p.zero AS day, r.ret, m.ret AS market
    FROM pair AS p
    JOIN price AS r USING (security_id)
    JOIN axis AS a USING (session)
    JOIN market AS m USING (n)
    WHERE a.n BETWEEN p.zero - 260 AND p.zero + 10
),
fit AS (
    SELECT
        pair, regr_slope(ret, market) AS beta, regr_intercept(ret, market) AS alpha,
        sqrt(regr_syy(ret, market) * (1 - regr_r2(ret, market)) / (count(*) - 2)) AS sigma,
        count(*) AS m, avg(market) AS mean, regr_sxx(ret, market) AS sxx
    FROM line
    WHERE day <= -11
    GROUP BY pair
),
effect AS (
    SELECT
        pair, any_value(m) AS m, sum(ret - alpha - beta * market) AS car,
        any_value(sigma) * sqrt(
            count(*) + count(*) ^ 2 / any_value(m) + sum(market - mean) ^ 2 / any_value(sxx)
        ) AS se
    FROM line JOIN fit USING (pair)
    WHERE day >= -10
    GROUP BY pair
)
SELECT
    count(*) AS n, avg(car) AS caar,
    sum(car / se) / sqrt(sum((m - 2) / (m - 4))) AS patell,
    avg(car / se) / (stddev(car / se) / sqrt(count(*))) AS bmp
FROM effect
