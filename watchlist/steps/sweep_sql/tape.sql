-- The bars of some securities; the session as days since 1970, which NumPy turns into its number.
SELECT security_id, (session - DATE '1970-01-01')::INTEGER AS day, close
FROM base.bars
WHERE security_id BETWEEN $first AND $last AND final AND session <= $as_of
