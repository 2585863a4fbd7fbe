-- Securities that have bars.
SELECT DISTINCT security_id FROM base.bars WHERE final AND session <= $as_of ORDER BY security_id
