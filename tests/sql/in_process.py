"""A query in the process of the test: what the sandbox's reader does, without its walls."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import duckdb

from watchlist.project import Project
from watchlist.sql import query, statements
from watchlist.sql.limits import Limits
from watchlist.sql.reader import Opening, open_locked


def open_here(place: Project | Path, home: Path) -> duckdb.DuckDBPyConnection:
    """The connection of a reader; settings locked, rights kept."""
    con = open_locked(Opening(place, home, Limits(), None, False, confined=False, parent=0))
    assert con is not None
    return con


def rows(
    con: duckdb.DuckDBPyConnection,
    sql: str,
    parameters: Mapping[str, object] | None = None,
    *,
    limit: int | None = None,
) -> list[dict[str, Any]]:
    """As `Sandbox.rows`."""
    result = query.run(con, statements.parse(sql), parameters, limit=limit)
    names = [column.name for column in result.columns]
    return [dict(zip(names, row, strict=True)) for batch in result.batches() for row in batch]


def rows_of(con: duckdb.DuckDBPyConnection) -> partial[list[dict[str, Any]]]:
    """`rows` on one connection."""
    return partial(rows, con)


__all__: Sequence[str] = ("open_here", "rows", "rows_of")
