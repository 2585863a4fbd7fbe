-- Securities whose returns need more than closes: dividends paid or not known, closes missing.
SELECT DISTINCT security_id
FROM base.bars
WHERE dividend IS NULL OR dividend <> 0 OR close IS NULL
