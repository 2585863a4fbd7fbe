-- What kind of prices this store holds.
SELECT key, value FROM meta ORDER BY key
