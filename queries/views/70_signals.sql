CREATE OR REPLACE VIEW signals AS
SELECT symbol, session, signal, value, z, percentile, state
FROM base.signals;

COMMENT ON VIEW signals IS 'Each signal of each symbol on each session.';
COMMENT ON COLUMN signals.symbol IS 'Ticker (securities.symbol).';
COMMENT ON COLUMN signals.session IS 'Trading date of the exchange.';
COMMENT ON COLUMN signals.signal IS 'Name of the signal.';
COMMENT ON COLUMN signals.value IS 'Its value, in the unit of the signal (METHODS.md).';
COMMENT ON COLUMN signals.z IS 'Standard deviations from its own past mean.';
COMMENT ON COLUMN signals.percentile IS 'Rank in the symbol''s own past, fraction from 0 to 1.';
COMMENT ON COLUMN signals.state IS 'quiet, up, down or on.';
