-- Bars of the last sessions, newest first.
SELECT session, count(*) AS bars
FROM base.bars
WHERE final AND session BETWEEN $first AND $as_of
GROUP BY session
ORDER BY session DESC
