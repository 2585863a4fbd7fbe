-- Events known by the as-of session: those that happened, and those scheduled and announced by then.
SELECT e.event_id, e.announced_on, e.announced_time, e.timing, e.timing_basis, e.title, e.summary,
       e.category, e.direction, e.actors, e.minerals, e.amount_usd, e.certainty, e.status, e.known_on,
       e.outcome, e.chain, e.chain_stage, e.note,
       (SELECT d.day0 FROM event_days d
        WHERE d.event_id = e.event_id AND d.calendar = $calendar) AS day0,
       (SELECT d.why FROM event_days d
        WHERE d.event_id = e.event_id AND d.calendar = $calendar) AS day0_why
FROM events e
WHERE (e.announced_on <= $as_of AND (e.status = 'happened' OR e.known_on <= $as_of))
   OR (e.status = 'scheduled' AND e.known_on <= $as_of)
ORDER BY e.announced_on DESC, e.announced_time DESC NULLS LAST, e.event_id
