-- Whether any bar is stored from $first on for these securities.
SELECT EXISTS (
    FROM base.bars WHERE session >= $first AND security_id BETWEEN $low AND $high
)
