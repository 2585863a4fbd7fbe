-- Securities whose early or late bars belong to another company.
SELECT
    security_id,
    coalesce((valid_from - DATE '1970-01-01')::INTEGER, -524288) AS first_day,
    coalesce((valid_to - DATE '1970-01-01')::INTEGER, 524287) AS last_day
FROM base.securities
WHERE valid_from IS NOT NULL OR valid_to IS NOT NULL
