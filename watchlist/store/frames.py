"""Rows and frames into tables of `base`, by column name; and what every writer asks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from watchlist.errors import StoreError

if TYPE_CHECKING:
    import duckdb
    import polars as pl


def write_frame(
    con: duckdb.DuckDBPyConnection,
    table: str,
    frame: pl.DataFrame,
    *,
    replace: Mapping[str, object] | None = None,
) -> int:
    """Insert a frame into `base.<table>` by column name; returns the number of rows.

    Columns that the frame lacks become NULL; a column that the table lacks is an error.

    Parameters
    ----------
    replace : mapping, optional
        Rows whose columns equal these values are deleted first; `{}` empties the table, None
        deletes nothing. `None` as a value matches NULL.
    """
    known = columns(con, table)
    unknown = [name for name in frame.columns if name not in known]
    if unknown:
        raise StoreError(f"base.{table} has no column {', '.join(unknown)}")
    _delete(con, table, replace)
    if frame.height:
        with registered(con, frame) as name:
            con.execute(f"INSERT INTO base.{table} BY NAME SELECT * FROM {name}")
    return frame.height


def write_rows(
    con: duckdb.DuckDBPyConnection,
    table: str,
    rows: Iterable[Mapping[str, Any]],
    *,
    replace: Mapping[str, object] | None = None,
) -> None:
    """Insert rows into `base.<table>` by key; keys that are no column are left out.

    One list a column, not a frame: `watchlist sql --as-known` comes here and loads no polars.

    Parameters
    ----------
    replace : mapping, optional
        As of `write_frame`.
    """
    listed = list(rows)
    _delete(con, table, replace)
    if listed:
        types = columns(con, table)
        lists = ", ".join(f'unnest(${name}::{kind}[]) AS "{name}"' for name, kind in types.items())
        con.execute(
            f"INSERT INTO base.{table} BY NAME SELECT {lists}",
            {name: [row.get(name) for row in listed] for name in types},
        )


def _delete(con: duckdb.DuckDBPyConnection, table: str, equal: Mapping[str, object] | None) -> None:
    if equal is not None:
        where = " AND ".join(f'"{name}" IS NOT DISTINCT FROM ${name}' for name in equal)
        con.execute(f"DELETE FROM base.{table} WHERE {where or 'true'}", dict(equal))


@contextmanager
def registered(con: duckdb.DuckDBPyConnection, frame: pl.DataFrame) -> Iterator[str]:
    """The name under which SQL may read a frame meanwhile."""
    con.register("_frame", frame)
    try:
        yield "_frame"
    finally:
        con.unregister("_frame")


@contextmanager
def transaction(con: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """All or nothing; also many times faster than a commit for each statement."""
    con.execute("BEGIN")
    try:
        yield
    except BaseException:
        con.execute("ROLLBACK")
        raise
    con.execute("COMMIT")


def first_row(
    con: duckdb.DuckDBPyConnection, query: str, given: Mapping[str, object] | None = None
) -> tuple[Any, ...] | None:
    """The first row of a query, None where it has none.

    Fetched to the end: an unfinished result owns the connection and blocks the next query.
    """
    rows = con.execute(query, dict(given or {})).fetchall()
    return rows[0] if rows else None


def named_rows(
    con: duckdb.DuckDBPyConnection, query: str, given: Mapping[str, object] | None = None
) -> list[dict[str, Any]]:
    """All rows of a query, each by column name."""
    result = con.execute(query, dict(given or {}))
    names = [column[0] for column in result.description or ()]
    return [dict(zip(names, row, strict=True)) for row in result.fetchall()]


def columns(con: duckdb.DuckDBPyConnection, table: str) -> dict[str, str]:
    """The columns of `base.<table>` and their types, in order."""
    rows = con.execute(f"DESCRIBE base.{table}").fetchall()
    return {name: kind for name, kind, *_ in rows}
