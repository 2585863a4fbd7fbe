-- The studies of this as-of session, the headline first.
SELECT study_id, name, model, headline, as_of, design::VARCHAR AS design, design_hash, events, pairs,
       dates, dropped, warnings, version
FROM studies
WHERE as_of = $as_of
ORDER BY headline DESC, name, study_id
