-- Findings that no query of queries/checks makes: bad rows of files, a second source's words.
SELECT check_name, severity, symbol, session, message, value
FROM findings
WHERE NOT list_contains($checks, check_name)
ORDER BY severity, check_name, symbol, session
