"""Bars into the store: appended, restated, withdrawn; each change beside its reason."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from watchlist.store.frames import first_row
from watchlist.store.restate import FIELDS, Comparison

if TYPE_CHECKING:
    import duckdb
    import polars as pl

HERE = Path(__file__).parent


def sql(name: str) -> str:
    """A statement of this package."""
    return (HERE / f"{name}.sql").read_text(encoding="utf-8")


def security_id(con: duckdb.DuckDBPyConnection, symbol: str) -> int:
    """The number of a symbol that the catalogue has."""
    query = "SELECT security_id FROM base.securities WHERE symbol = $symbol"
    row = first_row(con, query, {"symbol": symbol})
    if row is None:
        raise KeyError(symbol)
    return int(row[0])


def stored_bars(con: duckdb.DuckDBPyConnection, security_id: int) -> pl.DataFrame:
    """All bars of one security, sorted by session, with the columns of `base.bars`."""
    frame: pl.DataFrame = con.sql(
        "SELECT * FROM base.bars WHERE security_id = $id ORDER BY session",
        params={"id": security_id},
    ).pl()
    return frame


def append(con: duckdb.DuckDBPyConnection, frame: pl.DataFrame) -> None:
    """Add bars that are not stored yet; rows whose session is stored already are left out.

    The look for stored sessions is bounded by the first new one and by the securities, so that
    a night's bars cost the same whatever the length of the history.

    Parameters
    ----------
    frame : DataFrame
        Every column of `base.bars`, by name; sorted by security_id and session.
    """
    if frame.is_empty():
        return
    bounds: dict[str, object] = {
        "first": frame["session"].min(),
        "low": frame["security_id"].min(),
        "high": frame["security_id"].max(),
    }
    collide = first_row(con, sql("may_collide"), bounds)
    if collide is not None and collide[0]:
        _with(con, frame, sql("append_bars"), bounds)
    else:
        _with(con, frame, "INSERT INTO base.bars BY NAME SELECT * FROM _frame", {})


def apply(
    con: duckdb.DuckDBPyConnection,
    security_id: int,
    found: Comparison,
    *,
    pull_id: int,
    source: str,
    at: datetime,
) -> None:
    """Write what a comparison found: new bars, changed bars, withdrawn bars, and the record of it.

    Parameters
    ----------
    at : datetime
        The moment of the pull, UTC: becomes pulled_at and restated_at.
    """
    import polars as pl

    append(
        con,
        found.new.with_columns(
            pl.lit(security_id, dtype=pl.Int32).alias("security_id"),
            pl.lit(found.basis or pull_id, dtype=pl.Int32).alias("adj_basis"),
            pl.lit(source).alias("source"),
            pl.lit(pull_id, dtype=pl.Int32).alias("pull_id"),
            pl.lit(at).alias("first_pulled_at"),
            pl.lit(at).alias("pulled_at"),
        ),
    )
    given = {"security_id": security_id, "pull_id": pull_id, "at": at}
    if found.updated.height:
        _with(con, found.updated, sql("update_bars"), {**given, "source": source})
    if found.changes.height:
        _with(con, found.changes, sql("record_changes"), given)
    if found.withdrawn.height:
        _with(con, _withdrawal(found.withdrawn), sql("record_changes"), given)
        _with(con, found.withdrawn, sql("withdraw_bars"), {"security_id": security_id})


def _with(
    con: duckdb.DuckDBPyConnection, frame: pl.DataFrame, statement: str, given: dict[str, object]
) -> None:
    con.register("_frame", frame)
    try:
        con.execute(statement, given)
    finally:
        con.unregister("_frame")


def _withdrawal(rows: pl.DataFrame) -> pl.DataFrame:
    """Every known value of the withdrawn bars, so that the record can bring them back.

    The row `bar` has the moment at which the bar was first seen as its old moment.
    """
    import polars as pl

    parts = [
        rows.filter(pl.col(name).is_not_null()).select(
            "session",
            pl.lit(name).alias("field"),
            pl.col(name).cast(pl.Float64).alias("old_value"),
            pl.col("pulled_at").alias("old_pulled_at"),
        )
        for name in (*FIELDS, "adj_close", "final")
    ]
    whole = rows.select(
        "session",
        pl.lit("bar").alias("field"),
        pl.coalesce("close", "adj_close").alias("old_value"),
        pl.col("first_pulled_at").alias("old_pulled_at"),
    )
    return pl.concat([*parts, whole]).with_columns(
        pl.lit(None, dtype=pl.Float64).alias("new_value"), pl.lit("withdrawn").alias("cause")
    )


def full_pulls(con: duckdb.DuckDBPyConnection) -> dict[tuple[str, str], date]:
    """By symbol and source, the UTC day on which the whole history was last compared."""
    rows = con.execute(sql("full_pulls")).fetchall()
    return {(symbol, source): day for symbol, source, day in rows}
