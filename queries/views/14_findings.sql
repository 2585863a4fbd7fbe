CREATE OR REPLACE VIEW findings AS
SELECT check_name, severity, symbol, session, message, value, found_at
FROM base.findings;

COMMENT ON VIEW findings IS 'What the checks of queries/checks found wrong with the data; empty is good.';
COMMENT ON COLUMN findings.check_name IS 'Name of the check: its file name in queries/checks.';
COMMENT ON COLUMN findings.severity IS 'error, warning or note.';
COMMENT ON COLUMN findings.symbol IS 'Symbol concerned, where it is one.';
COMMENT ON COLUMN findings.session IS 'Session concerned, where it is one.';
COMMENT ON COLUMN findings.message IS 'What is wrong, in words.';
COMMENT ON COLUMN findings.value IS 'The number that shows it; its unit is in the message.';
COMMENT ON COLUMN findings.found_at IS 'When the check ran, UTC.';
