"""Reads what a report is made of: the public views, and nothing else."""

from __future__ import annotations

from dataclasses import fields
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from watchlist.errors import StoreError
from watchlist.formatting import finite
from watchlist.report.facts import Facts, Row

if TYPE_CHECKING:
    import duckdb

SQL = Path(__file__).parent / "report_sql"
MARKET = "XNYS"


def read_facts(con: duckdb.DuckDBPyConnection, as_of: date, *, chart_days: int) -> Facts:
    """All rows that reports of `as_of` need; `chart_days` calendar days of prices."""
    previous = rows(con, "previous_report", as_of=as_of)[0]["as_of"]
    known: dict[str, Any] = {
        "as_of": as_of,
        "previous": previous,
        "calendar": MARKET,
        "since": as_of - timedelta(days=chart_days),
    }
    studies = rows(con, "studies", **known)
    known["studies"] = [study["study_id"] for study in studies]
    apart = {"as_of", "previous", "market", "studies"}
    answers = {f.name: rows(con, f.name, **known) for f in fields(Facts) if f.name not in apart}
    return Facts(as_of=as_of, previous=previous, market=MARKET, studies=studies, **answers)


def last_session(con: duckdb.DuckDBPyConnection, on: date | None) -> date:
    """The last session with a final bar, not after `on`.

    Raises
    ------
    StoreError
        The store has no bar up to then.
    """
    found = rows(con, "as_of", calendar=MARKET, on=on)[0]["as_of"]
    if found is None:
        until = f" up to {on}" if on else ""
        raise StoreError(f"the store has no bar{until}", "get some with: watchlist pull")
    day: date = found
    return day


def rows(con: duckdb.DuckDBPyConnection, name: str, **known: Any) -> list[Row]:
    """The answer of one file of `report_sql`, with those parameters that it names."""
    import duckdb

    text = (SQL / f"{name}.sql").read_text(encoding="utf-8")
    wanted = duckdb.extract_statements(text)[0].named_parameters
    cursor = con.execute(text, {key: known[key] for key in wanted})
    described = [(column[0], str(column[1])) for column in cursor.description or []]
    columns = [
        [finite(value) for value in values] if kind in ("DOUBLE", "FLOAT") else values
        for (_, kind), values in zip(described, zip(*cursor.fetchall(), strict=True), strict=False)
    ]
    names = [name for name, _ in described]
    return [dict(zip(names, values, strict=True)) for values in zip(*columns, strict=True)]
