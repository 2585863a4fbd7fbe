-- title: What did one event do to each target, in every window, by both models?
-- why: The market model and the market + sector model side by side: a sector fund can be moved by
--     the event itself, and then takes part of the effect away.
-- param: event VARCHAR = mp-dod-2025: Event
-- column: symbol VARCHAR: Ticker
-- column: relation VARCHAR: named or exposed
-- column: first_day INTEGER, sessions: First day of the window
-- column: last_day INTEGER, sessions: Last day of the window
-- column: ret DOUBLE, fraction: Compounded raw return
-- column: car_market DOUBLE, fraction: Abnormal return, market model
-- column: car_sector DOUBLE, fraction: Abnormal return, market + sector model
-- column: scar DOUBLE, standard errors: car_market over its forecast standard error
-- column: placebo_p DOUBLE: Rank of car_market among quiet days, two-sided
-- example: --param event=lac-reuters-stake-2025
SELECT
    m.symbol, t.relation, m.first_day::INTEGER AS first_day, m.last_day::INTEGER AS last_day,
    m.ret, m.car AS car_market, f.car AS car_sector, m.scar, m.placebo_p
FROM event_effects AS m
JOIN studies AS s ON s.study_id = m.study_id AND s.name = 'daily-market' AND s.latest
JOIN event_targets AS t ON t.event_id = m.event_id AND t.symbol = m.symbol
LEFT JOIN studies AS u ON u.name = 'daily-sector' AND u.as_of = s.as_of
LEFT JOIN event_effects AS f
    ON f.study_id = u.study_id AND f.event_id = m.event_id AND f.symbol = m.symbol
    AND f.first_day = m.first_day AND f.last_day = m.last_day
WHERE m.event_id = $event
ORDER BY t.relation DESC, m.symbol, m.first_day DESC, m.last_day;
