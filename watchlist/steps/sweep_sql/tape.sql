-- The bars of some securities; security and session are one key (watchlist/study/sweep.py).
SELECT (security_id - $first)::INTEGER * 65536 + (session - $origin)::INTEGER AS key, close
FROM base.bars
WHERE security_id BETWEEN $first AND $last AND final AND session > $origin AND session <= $as_of
