CREATE VIEW base.restatements AS
SELECT r.* FROM store.base.restatements AS r, base.known AS k WHERE r.restated_at < k.before
