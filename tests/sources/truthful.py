"""What "never a wrong bar" means: every value given is the true one, or is not given."""

from __future__ import annotations

import polars as pl

from watchlist.sources.protocol import BAR_SCHEMA


def lies(given: pl.DataFrame, truth: pl.DataFrame) -> list[str]:
    """Values in `given` that are not the truth; a null is no lie, a missing row neither."""
    assert given.schema == BAR_SCHEMA
    assert given["session"].is_sorted()
    assert given["session"].n_unique() == given.height
    true = {row["session"]: row for row in truth.iter_rows(named=True)}
    return [
        f"{row['session']} {column}: {value!r}"
        for row in given.iter_rows(named=True)
        for column, value in row.items()
        if value is not None and value != true.get(row["session"], {}).get(column)
    ]
