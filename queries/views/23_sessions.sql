CREATE OR REPLACE VIEW sessions AS
SELECT
    calendar,
    session,
    row_number() OVER (PARTITION BY calendar ORDER BY session)::INTEGER AS session_number,
    open_at,
    close_at,
    early_close
FROM base.sessions;

COMMENT ON VIEW sessions IS 'Trading days of each exchange calendar, past and scheduled.';
COMMENT ON COLUMN sessions.calendar IS 'Exchange calendar code: XNYS, XTSE.';
COMMENT ON COLUMN sessions.session IS 'Trading date of the exchange.';
COMMENT ON COLUMN sessions.session_number IS 'Counts the sessions of a calendar from 1: differences are numbers of sessions.';
COMMENT ON COLUMN sessions.open_at IS 'Opening, UTC.';
COMMENT ON COLUMN sessions.close_at IS 'Close, UTC.';
COMMENT ON COLUMN sessions.early_close IS 'The exchange closed before its usual hour.';
