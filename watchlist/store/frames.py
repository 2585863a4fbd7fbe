"""Frames into tables: by column name, replacing what they stand for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
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
    if replace is not None:
        where = " AND ".join(f'"{name}" IS NOT DISTINCT FROM ${name}' for name in replace)
        con.execute(f"DELETE FROM base.{table} WHERE {where or 'true'}", dict(replace))
    if frame.height == 0:
        return 0
    con.register("_frame", frame)
    try:
        con.execute(f"INSERT INTO base.{table} BY NAME SELECT * FROM _frame")
    finally:
        con.unregister("_frame")
    return frame.height


def write_rows(
    con: duckdb.DuckDBPyConnection, table: str, rows: Sequence[Mapping[str, object]]
) -> None:
    """Insert a few rows with the same keys into `base.<table>`; many are a frame's business."""
    if rows:
        names, marks = ", ".join(rows[0]), ", ".join("?" for _ in rows[0])
        con.executemany(
            f"INSERT INTO base.{table} ({names}) VALUES ({marks})",
            [list(row.values()) for row in rows],
        )


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


def columns(con: duckdb.DuckDBPyConnection, table: str) -> dict[str, str]:
    """The columns of `base.<table>` and their types, in order."""
    rows = con.execute(f"DESCRIBE base.{table}").fetchall()
    return {name: kind for name, kind, *_ in rows}


def frame_for(
    con: duckdb.DuckDBPyConnection, table: str, rows: Iterable[Mapping[str, Any]]
) -> pl.DataFrame:
    """Rows as a frame with the types of `base.<table>`; keys that are no column are left out."""
    import polars as pl

    types: dict[str, pl.DataType] = {
        "VARCHAR": pl.String(),
        "JSON": pl.String(),
        "DATE": pl.Date(),
        "TIME": pl.Time(),
        "DOUBLE": pl.Float64(),
        "INTEGER": pl.Int32(),
        "SMALLINT": pl.Int16(),
        "BIGINT": pl.Int64(),
        "BOOLEAN": pl.Boolean(),
        "TIMESTAMP WITH TIME ZONE": pl.Datetime("us", "UTC"),
        "VARCHAR[]": pl.List(pl.String()),
        "DOUBLE[]": pl.List(pl.Float64()),
    }
    schema = {name: types[kind] for name, kind in columns(con, table).items()}
    listed = list(rows)
    return pl.DataFrame({name: [row.get(name) for row in listed] for name in schema}, schema=schema)
