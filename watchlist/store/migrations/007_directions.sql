-- What an event means belongs to the pair: help for one company is adverse for its rival.
-- Made anew, because DuckDB sets no column NOT NULL in the transaction that filled it.
ALTER TABLE base.event_targets RENAME TO event_targets_before;
CREATE TABLE base.event_targets (
    event_id VARCHAR NOT NULL,
    symbol VARCHAR NOT NULL,
    relation VARCHAR NOT NULL,        -- named, exposed
    direction VARCHAR NOT NULL        -- supportive, adverse, mixed: for this symbol
);
INSERT INTO base.event_targets
SELECT t.event_id, t.symbol, t.relation, coalesce(e.direction, 'mixed')
FROM base.event_targets_before AS t
LEFT JOIN base.events AS e USING (event_id);
DROP TABLE base.event_targets_before;

-- When the event entered the catalogue; NULL where nobody wrote it down: entered with hindsight.
ALTER TABLE base.events ADD COLUMN entered_at TIMESTAMPTZ;
