-- The last session before this one that a study was run for.
SELECT max(as_of) AS as_of
FROM studies
WHERE as_of < $as_of
