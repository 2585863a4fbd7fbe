-- title: Where can an event be read?
-- why: Every event has a source; two make it confirmed.
-- param: event VARCHAR = mp-dod-2025: Event
-- column: event_id VARCHAR: The event
-- column: title VARCHAR: Title of the source
-- column: publisher VARCHAR: Who published it
-- column: published_on DATE: Date of the source
-- column: url VARCHAR: Address
-- example: --param event=tmq-dow-stake-2025
SELECT event_id, title, publisher, published_on, url
FROM event_sources
WHERE event_id = $event
ORDER BY position;
