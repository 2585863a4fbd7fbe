"""The reader's side: read-only connections, in UTC, on the published file.

With `as_known` the store is as it was known at the end of a day: later pulls and corrections do
not leak in. The answer is a scratch database in memory with the store attached beside it. Its
`base` schema has bars, restatements, pulls and runs as they were on that day, the catalogue as it
is, and empty tables for what is computed from bars; the public views stand on top. Studies,
signals, reports and SQL therefore run on it unchanged, and what they write dies with the
connection.
"""

from __future__ import annotations

from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from watchlist.clock import after
from watchlist.disk import DAMAGED, refused
from watchlist.errors import StoreError
from watchlist.project import Project, statement
from watchlist.store import checks, lake
from watchlist.store.files import attach, open_whole
from watchlist.store.schema import apply_views, must_be_ours

if TYPE_CHECKING:
    import duckdb

CUT_BACK = ("bars", "restatements", "pulls", "runs")
"""Tables of which only what was pulled in time is seen: each has its `sql/as_known/<table>.sql`."""

MARKET_CALENDAR = "XNYS"
"""The calendar whose sessions studies, signals and reports count."""

COMPUTED = (
    "findings",
    "studies",
    "study_fits",
    "abnormal_returns",
    "event_effects",
    "study_tests",
    "study_drops",
    "study_factors",
    "study_overlaps",
    "placebo_bands",
    "calibrations",
    "session_abnormal",
    "signals",
    "alerts",
    "signal_verdicts",
)
"""Made from bars, so what is stored may know too much: empty until run again on this connection."""


def connect(
    place: Project | Path,
    *,
    as_known: date | None = None,
    outdated: bool = False,
) -> duckdb.DuckDBPyConnection:
    """Open the published store to read, for this program's own SQL; `sql.sandbox` is for the rest.

    Parameters
    ----------
    place : Project or Path
        A project, or a store file.
    as_known : date, optional
        Give only what had been pulled by the end of that day (UTC).
    outdated : bool
        Open a file of an older schema too; its views may lack columns that this version reads.

    Raises
    ------
    StoreError
        There is no store yet, the file is not one, or an older version wrote it.
    """
    import duckdb

    team = lake.lake_of(place) if isinstance(place, Project) else None
    if team is not None:
        return lake.connect_published(team, as_known=as_known)
    file = published_file(place)
    try:
        return open_whole(file, partial(_open, file, as_known, outdated))
    except duckdb.Error as error:
        raise refused(str(error)) or StoreError(
            f"{file.name}: {str(error).strip().splitlines()[0]}", DAMAGED
        ) from None


def _open(file: Path, as_known: date | None, outdated: bool) -> duckdb.DuckDBPyConnection:
    import duckdb

    if as_known is not None:
        return _open_as_known(file, as_known)
    con = duckdb.connect(str(file), read_only=True)
    must_be_ours(con, "base", outdated=outdated)
    con.execute("SET TimeZone = 'UTC'")
    return con


def _open_as_known(file: Path, on: date) -> duckdb.DuckDBPyConnection:
    """A scratch database that knows what the store knew at the end of the UTC day `on`."""
    import duckdb

    con = duckdb.connect()
    con.execute("SET TimeZone = 'UTC'")
    attach(con, file, "store")
    must_be_ours(con, "store.base")
    con.execute("CREATE SCHEMA base")
    moment = after(on)
    con.execute(
        "CREATE TABLE base.known AS SELECT $moment::TIMESTAMPTZ AS before", {"moment": moment}
    )
    tables = con.execute(
        "SELECT table_name FROM duckdb_tables() WHERE database_name = 'store' "
        "AND schema_name = 'base'"
    ).fetchall()
    for (table,) in tables:
        if table in COMPUTED:
            con.execute(f'CREATE TABLE base."{table}" AS FROM store.base."{table}" WITH NO DATA')
        elif table not in CUT_BACK:
            con.execute(f'CREATE VIEW base."{table}" AS FROM store.base."{table}"')
    for table in CUT_BACK:
        con.execute(statement(__file__, f"as_known/{table}"))
    apply_views(con)
    checks.record(con, moment)
    return con


def last_session(con: duckdb.DuckDBPyConnection, on: date | None = None) -> date:
    """The last session of the calendar of the reports with a final bar, not after `on`.

    Raises
    ------
    StoreError
        The store has no bar up to then.
    """
    given = {"calendar": MARKET_CALENDAR, "on": on}
    ((found,),) = con.execute(statement(__file__, "last_session"), given).fetchall()
    if found is None:
        until = f" up to {on}" if on else ""
        raise StoreError(f"the store has no bar{until}", "get some with: watchlist pull")
    day: date = found
    return day


def published_file(place: Project | Path) -> Path:
    """The published file of a project, or that file itself.

    Raises
    ------
    StoreError
        There is none yet.
    """
    file = place.store_file if isinstance(place, Project) else place
    if not file.is_file():
        raise StoreError(
            f"there is no store yet: {file.name} is missing",
            "make one with: watchlist daily, or try: watchlist demo",
        )
    return file
