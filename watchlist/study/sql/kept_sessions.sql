-- The first session from which a limited number of bars, counted from the newest, is kept.
SELECT min(session) AS first
FROM (
    SELECT session, sum(count(*)) OVER (ORDER BY session DESC) AS so_far
    FROM base.bars
    WHERE final AND session <= $as_of
    GROUP BY session
)
WHERE so_far <= $rows
