-- Securities whose early or late bars belong to another company.
SELECT
    security_id,
    coalesce((valid_from - DATE '1970-01-01')::INTEGER, -2147483648) AS first_day,
    coalesce((valid_to - DATE '1970-01-01')::INTEGER, 2147483647) AS last_day
FROM base.securities
WHERE valid_from IS NOT NULL OR valid_to IS NOT NULL
