CREATE OR REPLACE VIEW event_windows AS
WITH days AS (
    SELECT t.event_id, t.symbol, t.relation, t.day0, c.session,
        (c.session_number - z.session_number)::SMALLINT AS day
    FROM event_targets AS t
    JOIN base.securities AS s USING (symbol)
    JOIN sessions AS z ON z.calendar = s.calendar AND z.session = t.day0
    JOIN sessions AS c
        ON c.calendar = s.calendar
        AND c.session_number BETWEEN z.session_number - 10 AND z.session_number + 20
)
SELECT
    d.event_id, d.symbol, d.relation, d.day0, d.day, d.session, r.ret, r.trade_ret, r.trade_gap,
    r.close, r.volume, r.dollar_volume
FROM days AS d
LEFT JOIN returns AS r ON r.symbol = d.symbol AND r.session = d.session;

COMMENT ON VIEW event_windows IS 'Each event × target × relative day from −10 to +20, with the return of that session.';
COMMENT ON COLUMN event_windows.event_id IS 'The event (events.event_id).';
COMMENT ON COLUMN event_windows.symbol IS 'Ticker (securities.symbol).';
COMMENT ON COLUMN event_windows.relation IS 'named or exposed (event_targets.relation).';
COMMENT ON COLUMN event_windows.day0 IS 'First session that could react.';
COMMENT ON COLUMN event_windows.day IS 'Sessions from day 0; negative is before.';
COMMENT ON COLUMN event_windows.session IS 'Trading date; also scheduled ones that lie ahead.';
COMMENT ON COLUMN event_windows.ret IS 'Simple return since the session before, fraction; NULL without two bars.';
COMMENT ON COLUMN event_windows.trade_ret IS 'Return since the last session that has a bar, fraction.';
COMMENT ON COLUMN event_windows.trade_gap IS 'Sessions that trade_ret spans.';
COMMENT ON COLUMN event_windows.close IS 'Last price, in the currency of the security, split-adjusted.';
COMMENT ON COLUMN event_windows.volume IS 'Shares traded.';
COMMENT ON COLUMN event_windows.dollar_volume IS 'close × volume, in the currency of the security.';
