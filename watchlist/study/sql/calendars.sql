-- Sessions of every calendar, numbered; days since 1970.
SELECT calendar, (session - DATE '1970-01-01')::INTEGER AS day, session_number
FROM sessions
ORDER BY calendar, day
