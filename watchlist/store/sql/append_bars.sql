-- Bars of sessions that are not stored yet. Only these securities, from $first on, can collide:
-- both bounds let row groups be skipped, the first on a new night, the second on a new security.
-- A join does not keep the order of its rows.
INSERT INTO base.bars BY NAME
SELECT n.*
FROM _frame AS n
ANTI JOIN (
    SELECT security_id, session
    FROM base.bars
    WHERE session >= $first AND security_id BETWEEN $low AND $high
) AS b USING (security_id, session)
ORDER BY n.security_id, n.session
