CREATE OR REPLACE VIEW meta AS
SELECT key, value
FROM base.meta;

COMMENT ON VIEW meta IS 'What this file is: kind (real or simulated), schema version, creator.';
COMMENT ON COLUMN meta.key IS 'Name of the fact, unique.';
COMMENT ON COLUMN meta.value IS 'The fact, as text.';
