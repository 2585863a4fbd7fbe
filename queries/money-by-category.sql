-- title: How much money was announced, by kind of policy and year?
-- why: Announced is not paid, and one sum may be named by several events of one story: only the
--     largest of each story counts.
-- column: year INTEGER: Year of the announcement
-- column: category VARCHAR: Kind of policy
-- column: events INTEGER, count: Events with an amount
-- column: amount_usd DOUBLE, US dollars: Sum of the amounts
-- column: largest VARCHAR: The largest of them
-- example: --format markdown
WITH named AS (
    SELECT *
    FROM events
    WHERE amount_usd IS NOT NULL AND status = 'happened'
    QUALIFY row_number() OVER (
        PARTITION BY coalesce(chain, event_id) ORDER BY amount_usd DESC, announced_on, event_id
    ) = 1
)
SELECT
    year(announced_on)::INTEGER AS year, category, count(*)::INTEGER AS events,
    sum(amount_usd) AS amount_usd, arg_max(title, amount_usd) AS largest
FROM named
GROUP BY ALL
ORDER BY year, amount_usd DESC, category;
