-- Securities whose dividends are not all known to be none.
SELECT DISTINCT security_id FROM base.bars WHERE dividend IS NULL OR dividend <> 0
