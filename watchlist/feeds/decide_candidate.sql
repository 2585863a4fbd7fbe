UPDATE base.candidates
SET state = $state, decided_at = $at, event_id = $event_id
WHERE candidate_id = $id
