-- What the view `returns` lacks of final bars. A list of symbols is pushed down to the bars, a
-- subquery would read all of them.
SELECT symbol, session, open, high, low
FROM bars
WHERE final AND list_contains($symbols, symbol) AND session <= $as_of
