-- Final bars of some securities; the session as days since 1970, which NumPy turns into its row.
SELECT
    security_id AS security, (session - DATE '1970-01-01')::INTEGER AS day, close,
    volume::DOUBLE AS volume
FROM base.bars
WHERE security_id BETWEEN getvariable('first') AND getvariable('last')
    AND final AND session <= getvariable('as_of')
