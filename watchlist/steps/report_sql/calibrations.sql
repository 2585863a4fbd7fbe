-- How often each test rejects a true null on this panel.
SELECT scope, test, setting, first_day, last_day, n, nominal, rejected, repetitions
FROM calibrations
WHERE as_of = (SELECT max(as_of) FROM calibrations WHERE as_of <= $as_of)
ORDER BY scope DESC, setting, test, first_day DESC, last_day, n
