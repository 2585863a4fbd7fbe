"""The store as it was known at the end of a day: later pulls and corrections do not leak in.

The answer is a scratch database in memory with the store attached beside it. Its `base` schema
has bars, restatements, pulls and runs as they were on that day, the catalogue as it is, and empty
tables for what is computed from bars; the public views are made anew on top. Studies, signals,
reports and SQL therefore run on it unchanged, and what they write dies with the connection.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from watchlist.clock import after
from watchlist.store import checks
from watchlist.store.files import attach
from watchlist.store.schema import apply_views, must_be_ours

if TYPE_CHECKING:
    import duckdb

HERE = Path(__file__).parent

KNOWN = ("bars", "restatements", "pulls", "runs")
"""Each has its `asknown/<table>.sql`."""

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


def open_known(file: Path, on: date) -> duckdb.DuckDBPyConnection:
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
        elif table not in KNOWN:
            con.execute(f'CREATE VIEW base."{table}" AS FROM store.base."{table}"')
    for table in KNOWN:
        con.execute((HERE / "asknown" / f"{table}.sql").read_text(encoding="utf-8"))
    apply_views(con)
    checks.record(con, moment)
    return con
