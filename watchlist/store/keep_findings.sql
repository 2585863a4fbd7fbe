-- Findings from one list for each column.
INSERT INTO base.findings BY NAME
SELECT
    unnest($check_name::VARCHAR[]) AS check_name,
    unnest($severity::VARCHAR[]) AS severity,
    unnest($symbol::VARCHAR[]) AS symbol,
    unnest($session::DATE[]) AS session,
    unnest($message::VARCHAR[]) AS message,
    unnest($value::DOUBLE[]) AS value,
    unnest($found_at::TIMESTAMPTZ[]) AS found_at
