"""The record of runs and pulls."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from watchlist import __version__
from watchlist.store.frames import first_row, frame_for, write_frame

if TYPE_CHECKING:
    import duckdb


def begin_run(
    con: duckdb.DuckDBPyConnection, command: str, source: str, as_of: date, at: datetime
) -> int:
    """Write the row of a run that begins; returns its number."""
    run_id = _next(con, "run_id", "runs")
    row = {
        "run_id": run_id,
        "command": command,
        "source": source,
        "as_of": as_of,
        "started_at": at,
        "version": __version__,
    }
    write_frame(con, "runs", frame_for(con, "runs", [row]))
    return run_id


def end_run(con: duckdb.DuckDBPyConnection, run_id: int, at: datetime, outcome: str) -> None:
    """Say when and how a run ended."""
    con.execute(
        "UPDATE base.runs SET finished_at = $at, outcome = $outcome WHERE run_id = $run_id",
        {"at": at, "outcome": outcome, "run_id": run_id},
    )


def next_pull_id(con: duckdb.DuckDBPyConnection) -> int:
    """The number of the pull that comes next."""
    return _next(con, "pull_id", "pulls")


def write_pulls(con: duckdb.DuckDBPyConnection, rows: Iterable[Mapping[str, Any]]) -> None:
    """Write rows of `base.pulls`."""
    write_frame(con, "pulls", frame_for(con, "pulls", rows))


def _next(con: duckdb.DuckDBPyConnection, column: str, table: str) -> int:
    row = first_row(con, f"SELECT max({column}) FROM base.{table}")
    return 1 if row is None or row[0] is None else int(row[0]) + 1
