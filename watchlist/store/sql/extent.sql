-- How much the store holds.
SELECT count(*), count(DISTINCT symbol), min(session), max(session),
       (SELECT count(*) FROM restatements), (SELECT count(*) FROM pulls)
FROM bars
