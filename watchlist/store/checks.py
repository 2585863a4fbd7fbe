"""Data quality: each query of `queries/checks` returns what is wrong; findings keep it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from watchlist.errors import StoreError
from watchlist.project import packaged

if TYPE_CHECKING:
    import duckdb

SEVERITIES = ("error", "warning", "note")
KEEP = Path(__file__).parent / "keep_findings.sql"
KEY = ("check_name", "severity", "symbol", "session", "message", "value")


@dataclass(frozen=True)
class Check:
    """One file of `queries/checks`."""

    name: str
    severity: str
    title: str
    sql: str


def all_checks(folder: Path | None = None) -> tuple[Check, ...]:
    """Every check, by name; its header says title and severity.

    Raises
    ------
    StoreError
        A header lacks its title or names no severity of `SEVERITIES`.
    """
    return tuple(
        _read(path) for path in sorted((folder or packaged("queries") / "checks").glob("*.sql"))
    )


def run(con: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    """Run every check on the connection's store; one row a finding, worst first."""
    rows: list[dict[str, Any]] = []
    for check in all_checks():
        result = con.execute(check.sql)
        names = [column[0] for column in result.description or ()]
        rows += [
            {
                "check_name": check.name,
                "severity": check.severity,
                **dict(zip(names, row, strict=True)),
            }
            for row in result.fetchall()
        ]
    order = {severity: place for place, severity in enumerate(SEVERITIES)}
    return sorted(rows, key=lambda row: order[row["severity"]])


def record(con: duckdb.DuckDBPyConnection, at: datetime) -> None:
    """Replace the findings of all checks; one that was there before keeps its moment."""
    keep(con, [check.name for check in all_checks()], run(con), at)


def keep(
    con: duckdb.DuckDBPyConnection,
    names: Sequence[str],
    rows: Iterable[Mapping[str, Any]],
    at: datetime,
) -> None:
    """Replace the findings of these names; one that was there before keeps its moment."""
    given = {"names": list(names)}
    before = con.execute(
        f"SELECT {', '.join(KEY)}, found_at FROM base.findings "
        "WHERE list_contains($names, check_name)",
        given,
    ).fetchall()
    since = {row[:-1]: row[-1] for row in before}
    dated = [
        {**row, "found_at": since.get(tuple(row.get(column) for column in KEY), at)} for row in rows
    ]
    con.execute("DELETE FROM base.findings WHERE list_contains($names, check_name)", given)
    # lists, not a frame: `watchlist sql --as-known` comes here too and must not load polars
    if dated:
        con.execute(
            KEEP.read_text(encoding="utf-8"),
            {column: [row.get(column) for row in dated] for column in (*KEY, "found_at")},
        )


def _read(path: Path) -> Check:
    text = path.read_text(encoding="utf-8")
    header = {}
    for line in text.splitlines():
        if not line.startswith("--"):
            break
        key, colon, value = line.removeprefix("--").partition(":")
        if colon:
            header[key.strip()] = value.strip()
    severity = header.get("severity")
    if severity not in SEVERITIES or not header.get("title"):
        raise StoreError(
            f"{path}: the header needs `-- title: …` and `-- severity: {' | '.join(SEVERITIES)}`"
        )
    return Check(path.stem, severity, header["title"], text)
