-- Each bar as it stood: the value of a field is the old value of its first later change, else
-- the present one. A bar that has been withdrawn since is put together from its last values.
-- A dividend re-bases adj_close with one row on the session before the ex-date: the ratio
-- old/new of all such later rows leads back from the present value.
CREATE TABLE base.bars AS
WITH later AS (
    SELECT r.*
    FROM store.base.restatements AS r, base.known AS k
    WHERE r.restated_at >= k.before
),
first_change AS (
    SELECT security_id, session, field,
           arg_min_null(old_value, restated_at) AS old_value,  -- of a value that came late, NULL
           min(restated_at) AS restated_at
    FROM later
    WHERE NOT (field = 'adj_close' AND cause = 'dividend')
    GROUP BY ALL
),
rebase AS (
    SELECT security_id, session, old_value / new_value AS ratio, restated_at
    FROM later
    WHERE field = 'adj_close' AND cause = 'dividend'
),
old AS (
    SELECT security_id, session,
           map_from_entries(list({'k': field, 'v': old_value})) AS values,
           max(restated_at) FILTER (field = 'adj_close') AS adj_restated_at
    FROM first_change
    GROUP BY ALL
),
old_moment AS (
    SELECT security_id, session, min_by(old_pulled_at, restated_at) AS pulled_at
    FROM later
    WHERE old_pulled_at IS NOT NULL AND field <> 'bar'
    GROUP BY ALL
),
withdrawn AS (
    SELECT l.security_id, l.session, arg_min(l.old_pulled_at, l.restated_at) AS first_pulled_at,
           arg_min(l.pull_id, l.restated_at) AS pull_id
    FROM later AS l, base.known AS k
    WHERE l.field = 'bar' AND l.cause = 'withdrawn' AND l.old_pulled_at < k.before
    GROUP BY ALL
),
standing AS (
    SELECT b.*
    FROM store.base.bars AS b, base.known AS k
    WHERE b.first_pulled_at < k.before
    UNION ALL BY NAME
    SELECT w.security_id, w.session, w.first_pulled_at, w.first_pulled_at AS pulled_at,
           w.pull_id, p.source, false AS final
    FROM withdrawn AS w
    JOIN store.base.pulls AS p USING (pull_id)
),
factor AS (
    SELECT b.security_id, b.session, product(r.ratio) AS factor
    FROM standing AS b
    JOIN rebase AS r ON r.security_id = b.security_id AND b.session <= r.session
    LEFT JOIN old AS o ON o.security_id = b.security_id AND o.session = b.session
    WHERE o.adj_restated_at IS NULL OR r.restated_at < o.adj_restated_at
    GROUP BY ALL
)
SELECT
    b.security_id, b.session,
    CASE WHEN map_contains(o.values, 'open') THEN o.values['open'] ELSE b.open END AS open,
    CASE WHEN map_contains(o.values, 'high') THEN o.values['high'] ELSE b.high END AS high,
    CASE WHEN map_contains(o.values, 'low') THEN o.values['low'] ELSE b.low END AS low,
    CASE WHEN map_contains(o.values, 'close') THEN o.values['close'] ELSE b.close END AS close,
    CASE WHEN map_contains(o.values, 'adj_close') THEN o.values['adj_close']
         ELSE b.adj_close END * coalesce(f.factor, 1) AS adj_close,
    b.adj_basis,
    CASE WHEN map_contains(o.values, 'volume') THEN o.values['volume']::BIGINT
         ELSE b.volume END AS volume,
    CASE WHEN map_contains(o.values, 'dividend') THEN o.values['dividend']
         ELSE b.dividend END AS dividend,
    CASE WHEN map_contains(o.values, 'split') THEN o.values['split'] ELSE b.split END AS split,
    b.source, b.pull_id, b.first_pulled_at, coalesce(m.pulled_at, b.pulled_at) AS pulled_at,
    CASE WHEN map_contains(o.values, 'final') THEN o.values['final'] = 1 ELSE b.final END AS final
FROM standing AS b
LEFT JOIN old AS o ON o.security_id = b.security_id AND o.session = b.session
LEFT JOIN old_moment AS m ON m.security_id = b.security_id AND m.session = b.session
LEFT JOIN factor AS f ON f.security_id = b.security_id AND f.session = b.session
ORDER BY b.security_id, b.session
