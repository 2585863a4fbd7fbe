-- What each signal is called and means.
SELECT signal, position, title, family, definition, unit, lies, expected_per_year
FROM signal_definitions
WHERE as_of = (SELECT max(as_of) FROM signal_definitions WHERE as_of <= $as_of)
ORDER BY position, signal
