-- title: Did the market react to the leak or to the confirmation?
-- why: Question 5 of an analyst: the events of one story in order, what each added on its own days,
--     and how much of the whole move stood at the last stage.
-- param: chain VARCHAR = lac-doe-stake: Story; `watchlist query run stories` lists them
-- param: symbol VARCHAR = LAC: Symbol
-- column: announced_on DATE: Date in New York
-- column: event_id VARCHAR: The event
-- column: stage VARCHAR: report, announcement, confirmation, closing …
-- column: day0 DATE: First session that could react
-- column: ret DOUBLE, fraction: Return of day 0
-- column: ar DOUBLE, fraction: Abnormal return of day 0, market model
-- column: car_0_5 DOUBLE, fraction: Abnormal return over [0, 5]
-- column: close DOUBLE, currency of the security: Close of day 0
-- column: since_before DOUBLE, fraction: Return from the close before the first stage to this close
-- column: last_since_before DOUBLE, fraction: The same up to the last bar in the store
-- example: --param chain=usar-chips --param symbol=USAR
WITH staged AS (
    SELECT e.announced_on, e.event_id, e.chain_stage, w.day0, w.ret, w.close
    FROM events AS e
    JOIN event_windows AS w USING (event_id)
    WHERE e.chain = $chain AND w.symbol = $symbol AND w.day = 0
),
base_price AS (
    SELECT arg_max(close, session) AS close
    FROM returns
    WHERE symbol = $symbol AND session < (SELECT min(day0) FROM staged)
),
last_price AS (
    SELECT arg_max(close, session) AS close FROM returns WHERE symbol = $symbol
)
SELECT
    s.announced_on, s.event_id, s.chain_stage AS stage, s.day0, s.ret, r.ar, r.car_0_5, s.close,
    s.close / b.close - 1 AS since_before,
    l.close / b.close - 1 AS last_since_before
FROM staged AS s
LEFT JOIN reaction($symbol) AS r USING (event_id)
CROSS JOIN base_price AS b
CROSS JOIN last_price AS l
ORDER BY s.announced_on, s.day0, s.event_id;
