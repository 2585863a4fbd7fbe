"""Bars into the store: appended, restated, withdrawn; each change beside its reason."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

from watchlist.project import statement
from watchlist.store.frames import registered
from watchlist.store.restate import FIELDS, Comparison

if TYPE_CHECKING:
    import duckdb
    import polars as pl


def stored_bars(con: duckdb.DuckDBPyConnection, security_id: int) -> pl.DataFrame:
    """All bars of one security, sorted by session, with the columns of `base.bars`."""
    frame: pl.DataFrame = con.sql(
        "SELECT * FROM base.bars WHERE security_id = $id ORDER BY session",
        params={"id": security_id},
    ).pl()
    return frame


def full_pulls(con: duckdb.DuckDBPyConnection) -> dict[tuple[str, str], date]:
    """By symbol and source, the UTC day on which the whole history was last compared."""
    rows = con.execute(statement(__file__, "full_pulls")).fetchall()
    return {(symbol, source): day for symbol, source, day in rows}


def append(con: duckdb.DuckDBPyConnection, frame: pl.DataFrame) -> None:
    """Add bars that are not stored yet; rows whose session is stored already are left out.

    The look for stored sessions is bounded by the first new one and by the securities, so that
    a night's bars cost the same whatever the length of the history.

    Parameters
    ----------
    frame : DataFrame
        Every column of `base.bars`, by name; sorted by security_id and session.
    """
    if frame.height:
        with registered(con, frame):
            con.execute(
                statement(__file__, "append_bars"),
                {
                    "first": frame["session"].min(),
                    "low": frame["security_id"].min(),
                    "high": frame["security_id"].max(),
                },
            )


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
    security = {"security_id": security_id}
    pull = {**security, "pull_id": pull_id, "at": at}
    for frame, name, given in (
        (found.updated, "update_bars", {**pull, "source": source}),
        (found.changes, "record_changes", pull),
        (_withdrawal(found.withdrawn), "record_changes", pull),
        (found.withdrawn, "withdraw_bars", security),
    ):
        if frame.height:
            with registered(con, frame):
                con.execute(statement(__file__, name), given)


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
