CREATE OR REPLACE VIEW event_effects AS
SELECT
    e.study_id, s.name AS study, e.event_id, e.symbol, e.first_day, e.last_day, e.ret, e.car,
    e.bhar, e.se, e.scar, e.t_p, e.placebo_p, e.placebo_floor, e.placebo_n, e.p_holm, e.p_bh,
    e.p_romano_wolf, e.mde, e.days, e.note
FROM base.event_effects AS e
LEFT JOIN base.studies AS s USING (study_id);

COMMENT ON VIEW event_effects IS 'Cumulative abnormal return of each pair event × symbol over each window, with its p-values.';
COMMENT ON COLUMN event_effects.study_id IS 'The study (studies.study_id).';
COMMENT ON COLUMN event_effects.study IS 'Name of the study (studies.name).';
COMMENT ON COLUMN event_effects.event_id IS 'The event (events.event_id).';
COMMENT ON COLUMN event_effects.symbol IS 'Ticker (securities.symbol).';
COMMENT ON COLUMN event_effects.first_day IS 'First day of the window, sessions from day 0.';
COMMENT ON COLUMN event_effects.last_day IS 'Last day of the window, sessions from day 0.';
COMMENT ON COLUMN event_effects.ret IS 'Compounded raw return over the window, fraction.';
COMMENT ON COLUMN event_effects.car IS 'Cumulative abnormal return: the sum of ar, fraction.';
COMMENT ON COLUMN event_effects.bhar IS 'Buy-and-hold abnormal return: compounded return − compounded expected return, fraction.';
COMMENT ON COLUMN event_effects.se IS 'Forecast standard error of car, fraction.';
COMMENT ON COLUMN event_effects.scar IS 'car / se.';
COMMENT ON COLUMN event_effects.t_p IS 'Two-sided p-value of scar, Student t.';
COMMENT ON COLUMN event_effects.placebo_p IS 'Two-sided rank of scar among valid non-event days.';
COMMENT ON COLUMN event_effects.placebo_floor IS 'The smallest p-value that so many placebo days can give.';
COMMENT ON COLUMN event_effects.placebo_n IS 'Placebo days, count.';
COMMENT ON COLUMN event_effects.p_holm IS 'Adjusted over the family of pairs by Holm.';
COMMENT ON COLUMN event_effects.p_bh IS 'Adjusted by Benjamini and Hochberg (false discovery rate).';
COMMENT ON COLUMN event_effects.p_romano_wolf IS 'Adjusted by Romano and Wolf (keeps the dependence).';
COMMENT ON COLUMN event_effects.mde IS 'Smallest |car| that would be found with power 0.8 at 5 %, fraction.';
COMMENT ON COLUMN event_effects.days IS 'Days of the window that have a return, count.';
COMMENT ON COLUMN event_effects.note IS 'What is unusual, in words; NULL if nothing.';
