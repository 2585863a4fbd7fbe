-- What a tidy generated market lacks.
-- Dividends: paid, and not known for some listings.
UPDATE base.bars SET dividend = close * 0.01 WHERE security_id = 3 AND day(session) = 15;
UPDATE base.bars SET dividend = NULL, adj_close = close * 0.9 WHERE security_id IN (4, 5);
UPDATE base.bars SET adj_basis = 1 WHERE security_id = 4 AND session > DATE '2002-01-01';
UPDATE base.bars SET adj_close = NULL WHERE security_id = 5 AND day(session) = 10;
-- A price that only the adjusted close tells, none at all, and a price of 0.
UPDATE base.bars SET close = NULL WHERE security_id = 5 AND day(session) = 20;
UPDATE base.bars SET close = NULL, adj_close = NULL WHERE security_id = 6 AND day(session) = 20;
UPDATE base.bars SET close = 0 WHERE security_id = 7 AND day(session) = 20;
-- Bars of another company under the same symbol, a provisional bar, one on a weekend.
UPDATE base.securities SET valid_from = DATE '2001-06-01' WHERE security_id = 8;
UPDATE base.securities SET valid_to = DATE '2002-06-03' WHERE security_id = 9;
UPDATE base.bars SET final = false WHERE security_id = 10 AND session >= DATE '2002-01-01';
INSERT INTO base.bars BY NAME
SELECT * REPLACE (DATE '2001-12-01' AS session) FROM base.bars
WHERE security_id = 11 AND session = (SELECT min(session) FROM base.bars WHERE security_id = 11);
-- Another exchange, open on a day more and closed on another.
INSERT INTO base.sessions
SELECT 'XTSE', session, open_at, close_at, early_close FROM base.sessions
WHERE session <> DATE '2002-03-05';
INSERT INTO base.sessions
SELECT 'XTSE', DATE '2002-03-09', open_at, close_at, early_close FROM base.sessions
WHERE calendar = 'XTSE' AND session = DATE '2002-03-08';
UPDATE base.securities SET calendar = 'XTSE' WHERE security_id IN (12, 13, 14);
DELETE FROM base.bars WHERE security_id IN (12, 13, 14) AND session = DATE '2002-03-05';
INSERT INTO base.bars BY NAME
SELECT * REPLACE (DATE '2002-03-09' AS session, close * 1.01 AS close) FROM base.bars
WHERE security_id IN (12, 13, 14) AND session = DATE '2002-03-08';
-- A sector, listings that no event reaches, and peers that events reach without naming them.
UPDATE base.securities SET sector_factor = 'S00001' WHERE security_id BETWEEN 2 AND 20;
DELETE FROM base.event_targets WHERE symbol > 'S00032';
UPDATE base.event_targets SET relation = 'exposed' WHERE symbol < 'S00012';
UPDATE base.events SET category = 'loan' WHERE event_id < 'e000015';
UPDATE base.events SET known_on = announced_on - 40 WHERE event_id < 'e000020';
-- A document that mentions three of them, one of them otherwise not reached.
INSERT INTO base.documents BY NAME
SELECT 'd1' AS document_id, DATE '2002-05-01' AS dated_on, 'd1' AS source, 9 AS characters,
    TIMESTAMPTZ '2002-05-02' AS read_at;
INSERT INTO base.mentions BY NAME
SELECT 'd1' AS document_id, 'company' AS kind, symbol AS value, 0 AS first_char, 1 AS last_char,
    symbol AS evidence
FROM base.securities WHERE security_id IN (20, 21, 35);
