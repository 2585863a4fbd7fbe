-- The bars of some securities; security and session are one key (watchlist/study/sweep.py).
SELECT security_id::BIGINT * 1048576 + (session - DATE '1970-01-01') AS key, close
FROM base.bars
WHERE security_id BETWEEN $first AND $last AND final AND session <= $as_of
