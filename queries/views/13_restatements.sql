CREATE OR REPLACE VIEW restatements AS
SELECT
    s.symbol, r.session, r.field, r.old_value, r.new_value, r.cause, r.pull_id, r.old_pulled_at,
    r.restated_at
FROM base.restatements AS r
JOIN base.securities AS s USING (security_id);

COMMENT ON VIEW restatements IS 'Every value of a bar that a later pull changed; nothing is overwritten silently.';
COMMENT ON COLUMN restatements.symbol IS 'Symbol as this project writes it.';
COMMENT ON COLUMN restatements.session IS 'Session of the bar.';
COMMENT ON COLUMN restatements.field IS 'The column that changed, or bar for a whole bar that came late or was withdrawn.';
COMMENT ON COLUMN restatements.old_value IS 'Value before, in the unit of the field.';
COMMENT ON COLUMN restatements.new_value IS 'Value after, in the unit of the field.';
COMMENT ON COLUMN restatements.cause IS 'split, dividend, correction, final, withdrawn or late.';
COMMENT ON COLUMN restatements.pull_id IS 'The pull that brought the change (pulls.pull_id).';
COMMENT ON COLUMN restatements.old_pulled_at IS 'When the old value had been pulled, UTC.';
COMMENT ON COLUMN restatements.restated_at IS 'When it was replaced, UTC.';
