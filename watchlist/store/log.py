"""The record of runs and of pulls: how each symbol's pull ended is a row."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from watchlist import __version__
from watchlist.store.frames import first_row, write_rows

if TYPE_CHECKING:
    import duckdb

OUTCOMES = ("new", "unchanged", "restated", "failed", "skipped")


@dataclass(frozen=True)
class SymbolPull:
    """How the pull of one symbol ended; the columns of `pulls`."""

    symbol: str
    source: str
    started_at: datetime
    finished_at: datetime
    outcome: str
    """One of `OUTCOMES`."""
    kind: str | None = None
    """transient or permanent where bars were due and did not come."""
    reason: str | None = None
    attempts: int = 1
    whole: bool = False
    """Whole histories were compared, not only the last sessions."""
    rows_new: int = 0
    rows_changed: int = 0
    first_session: date | None = None
    last_session: date | None = None

    @property
    def answered(self) -> bool:
        """The source gave bars."""
        return self.outcome in {"new", "unchanged", "restated"}

    @property
    def missing(self) -> bool:
        """Bars were due and did not come."""
        return self.kind is not None


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
    write_rows(con, "runs", [row])
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


def write_pulls(
    con: duckdb.DuckDBPyConnection, run_id: int, first_id: int, pulls: Iterable[SymbolPull]
) -> None:
    """Write the pulls of a run, numbered from `first_id`."""
    write_rows(
        con,
        "pulls",
        [
            {"pull_id": pull_id, "run_id": run_id, **asdict(pull)}
            for pull_id, pull in enumerate(pulls, start=first_id)
        ],
    )


def _next(con: duckdb.DuckDBPyConnection, column: str, table: str) -> int:
    row = first_row(con, f"SELECT max({column}) FROM base.{table}")
    return 1 if row is None or row[0] is None else int(row[0]) + 1
