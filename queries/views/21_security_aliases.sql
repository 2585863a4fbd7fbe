CREATE OR REPLACE VIEW security_aliases AS
SELECT symbol, alias
FROM base.security_aliases;

COMMENT ON VIEW security_aliases IS 'Names of a company as the press writes them.';
COMMENT ON COLUMN security_aliases.symbol IS 'Ticker (securities.symbol).';
COMMENT ON COLUMN security_aliases.alias IS 'A name that means this company: Mountain Pass, Trilogy …';
