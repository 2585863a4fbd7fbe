-- Forget securities that left the catalogue and never had a bar.
DELETE FROM base.securities
WHERE NOT list_contains($symbols, symbol)
  AND security_id NOT IN (SELECT security_id FROM base.bars)
