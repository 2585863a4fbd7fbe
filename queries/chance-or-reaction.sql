-- title: Is the reaction larger than usual, or could it be chance?
-- why: Question 9 of an analyst: each target's CAR beside its own quiet days (placebo dates) and
--     after adjusting for the number of pairs that were looked at.
-- param: event VARCHAR = lac-reuters-stake-2025: Event
-- param: study VARCHAR = daily-market: Name of a study
-- param: first_day INTEGER = 0: First day of the window
-- param: last_day INTEGER = 0: Last day of the window
-- column: symbol VARCHAR: Ticker
-- column: car DOUBLE, fraction: Abnormal return over the window
-- column: se DOUBLE, fraction: Its forecast standard error
-- column: scar DOUBLE, standard errors: car / se
-- column: placebo_p DOUBLE: Rank among the symbol's quiet days, two-sided
-- column: placebo_floor DOUBLE: The smallest rank that so many days can give
-- column: p_holm DOUBLE: Adjusted over all pairs of the study
-- column: mde DOUBLE, fraction: Smallest |CAR| that would be found four times out of five
-- column: note VARCHAR: What is unusual
-- example: --param event=price-floor-retreat-2026
SELECT
    e.symbol, e.car, e.se, e.scar, e.placebo_p, e.placebo_floor, e.p_holm, e.mde, e.note
FROM event_effects AS e
JOIN studies AS s USING (study_id)
WHERE s.name = $study AND s.latest AND e.event_id = $event
    AND e.first_day = $first_day AND e.last_day = $last_day
ORDER BY abs(e.scar) DESC NULLS LAST;
