-- Bars of sessions that are not stored yet. Only sessions from $first on can collide.
INSERT INTO base.bars BY NAME
SELECT n.*
FROM _new_bars AS n
ANTI JOIN (
    SELECT security_id, session FROM base.bars WHERE session >= $first
) AS b USING (security_id, session)
ORDER BY n.security_id, n.session
