-- Every changed value beside its old one.
INSERT INTO base.restatements BY NAME
SELECT $security_id AS security_id, session, field, old_value, new_value, cause,
       $pull_id AS pull_id, old_pulled_at, $at AS restated_at
FROM _frame
ORDER BY session, field
