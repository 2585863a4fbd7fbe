-- title: Which proposed events wait for a decision?
-- why: Official feeds and read texts propose; a person accepts or rejects with
--     `watchlist events candidates`.
-- param: state VARCHAR = open [open | accepted | rejected]: Which
-- column: candidate_id VARCHAR: Source and its own id
-- column: announced_on DATE: Date in New York
-- column: title VARCHAR: Title there
-- column: score DOUBLE, 0 to 1: How likely it matters
-- column: matched VARCHAR[]: Words that matched
-- column: symbols VARCHAR[]: Whom it names or may reach
-- column: url VARCHAR: Where it can be read
-- example: --param state=accepted
SELECT candidate_id, announced_on, title, score, matched, symbols, url
FROM candidates
WHERE state = $state
ORDER BY score DESC, announced_on DESC, candidate_id;
