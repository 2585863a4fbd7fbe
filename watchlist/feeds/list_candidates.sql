SELECT *
FROM base.candidates
WHERE $state = 'all' OR state = $state
ORDER BY score DESC, announced_on DESC NULLS LAST, candidate_id
