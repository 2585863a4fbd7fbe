-- Joins the two bars of each return itself instead of reading the view returns: a window over every
-- bar of the store would take seconds where one event needs some hundred rows.
CREATE OR REPLACE VIEW event_windows AS
WITH days AS (
    SELECT
        t.event_id, t.symbol, t.relation, t.day0, s.security_id, s.valid_from, s.valid_to,
        c.session, p.session AS last_session,
        (c.session_number - z.session_number)::SMALLINT AS day
    FROM event_targets AS t
    JOIN base.securities AS s USING (symbol)
    JOIN sessions AS z ON z.calendar = s.calendar AND z.session = t.day0
    JOIN sessions AS c
        ON c.calendar = s.calendar
        AND c.session_number BETWEEN z.session_number - 10 AND z.session_number + 20
    LEFT JOIN sessions AS p
        ON p.calendar = s.calendar AND p.session_number = c.session_number - 1
),
paired AS (
    SELECT
        d.*, b.close, b.volume, b.dividend, b.adj_close, l.close AS last_close,
        l.adj_close AS last_adj_close,
        return_basis(
            b.close, l.close, b.dividend, b.adj_close, l.adj_close, b.adj_basis, l.adj_basis
        ) AS ret_basis
    FROM days AS d
    LEFT JOIN base.bars AS b
        ON b.security_id = d.security_id AND b.session = d.session AND b.final
        AND b.session >= coalesce(d.valid_from, b.session)
        AND b.session <= coalesce(d.valid_to, b.session)
    LEFT JOIN base.bars AS l
        ON l.security_id = d.security_id AND l.session = d.last_session AND l.final
        AND l.session >= coalesce(d.valid_from, l.session)
)
SELECT
    event_id, symbol, relation, day0, day, session,
    simple_return(ret_basis, close, last_close, dividend, adj_close, last_adj_close) AS ret,
    close, volume, close * volume AS dollar_volume
FROM paired;

COMMENT ON VIEW event_windows IS 'Each event × target × relative day from −10 to +20, with the return of that session.';
COMMENT ON COLUMN event_windows.event_id IS 'The event (events.event_id).';
COMMENT ON COLUMN event_windows.symbol IS 'Ticker (securities.symbol).';
COMMENT ON COLUMN event_windows.relation IS 'named or exposed (event_targets.relation).';
COMMENT ON COLUMN event_windows.day0 IS 'First session that could react.';
COMMENT ON COLUMN event_windows.day IS 'Sessions from day 0; negative is before.';
COMMENT ON COLUMN event_windows.session IS 'Trading date; also scheduled ones that lie ahead.';
COMMENT ON COLUMN event_windows.ret IS 'Simple return since the session before, fraction; NULL without two bars.';
COMMENT ON COLUMN event_windows.close IS 'Last price, in the currency of the security, split-adjusted.';
COMMENT ON COLUMN event_windows.volume IS 'Shares traded.';
COMMENT ON COLUMN event_windows.dollar_volume IS 'close × volume, in the currency of the security.';
