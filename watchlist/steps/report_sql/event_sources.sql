-- Why we believe each event.
SELECT event_id, position, title, publisher, url, published_on
FROM event_sources
ORDER BY event_id, position
