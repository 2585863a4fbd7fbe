"""Reads what a report is made of: the public views, and nothing else."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

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
    apart = {"previous_report", "studies"}
    answers = {
        file.stem: rows(con, file.stem, **known)
        for file in sorted(SQL.glob("*.sql"))
        if file.stem not in apart
    }
    return Facts(as_of=as_of, previous=previous, market=MARKET, studies=studies, **answers)


def rows(con: duckdb.DuckDBPyConnection, name: str, **known: Any) -> list[Row]:
    """The answer of one file of `report_sql`, with those parameters that it names."""
    import duckdb

    text = (SQL / f"{name}.sql").read_text(encoding="utf-8")
    wanted = duckdb.extract_statements(text)[0].named_parameters
    cursor = con.execute(text, {key: known[key] for key in wanted})
    names = [column[0] for column in cursor.description or []]
    return [dict(zip(names, values, strict=True)) for values in cursor.fetchall()]
