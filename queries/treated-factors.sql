-- title: Where did the event move the control itself?
-- why: A sector fund that holds the target rises with it. There the sector model understates the
--     effect, and the market model is the one to read.
-- param: study VARCHAR = daily-sector: Name of a study with a sector factor
-- column: event_id VARCHAR: The event
-- column: factor VARCHAR: Symbol of the fund
-- column: ar DOUBLE, fraction: Its own abnormal return on day 0 against the market
-- column: sar DOUBLE, standard errors: ar over its forecast standard error
-- column: placebo_p DOUBLE: Rank among quiet days
-- column: why VARCHAR: In words
-- example: --format csv
SELECT f.event_id, f.factor, f.ar, f.sar, f.placebo_p, f.why
FROM study_factors AS f
JOIN studies AS s USING (study_id)
WHERE s.name = $study AND s.latest AND f.treated
ORDER BY abs(f.sar) DESC, f.event_id, f.factor;
