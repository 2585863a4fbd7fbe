-- How much of the largest day-0 moves of watched symbols was kept. Events of one day share its
-- return: one row a symbol and day, of the event that names the symbol.
WITH kept AS (
    SELECT
        k.event_id, v.title, k.day0, k.symbol, k.car_0 AS car0, k.car_20 AS car20, k.share,
        k.se_20 AS se, coalesce(t.relation = 'named', false) AS named
    FROM kept_moves AS k
    JOIN events AS v ON v.event_id = k.event_id
    JOIN securities AS s USING (symbol)
    LEFT JOIN event_targets AS t ON t.event_id = k.event_id AND t.symbol = k.symbol
    WHERE k.study_id = $headline AND s.role = 'watchlist' AND abs(k.car_0) >= $least
        AND list_contains($events::VARCHAR[], k.event_id)
)
SELECT *, count(*) OVER (PARTITION BY symbol, day0) - 1 AS others
FROM kept
QUALIFY row_number() OVER (PARTITION BY symbol, day0 ORDER BY named DESC, event_id) = 1
ORDER BY abs(car0) DESC, event_id, symbol
LIMIT 10
