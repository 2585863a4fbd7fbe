CREATE VIEW base.pulls AS
SELECT p.* FROM store.base.pulls AS p, base.known AS k WHERE p.started_at < k.before
