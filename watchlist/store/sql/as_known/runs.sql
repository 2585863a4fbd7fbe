CREATE VIEW base.runs AS
SELECT r.* FROM store.base.runs AS r, base.known AS k WHERE r.started_at < k.before
