-- Bars that the vendor no longer gives; record_changes.sql has kept their values.
DELETE FROM base.bars
WHERE security_id = $security_id AND session IN (SELECT session FROM _frame)
