-- Whether the prices are real or made up.
SELECT value FROM meta WHERE key = 'kind'
