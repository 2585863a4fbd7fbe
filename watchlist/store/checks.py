"""Data quality: each query of `queries/checks` returns what is wrong; findings keep it.

`examine` is the state of a store in one value: what `watchlist doctor` says.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, astuple, dataclass, fields
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from watchlist.errors import StoreError
from watchlist.project import Project, packaged, statement
from watchlist.store import lake
from watchlist.store.compact import content
from watchlist.store.frames import first_row, named_rows, write_rows
from watchlist.store.schema import get_meta

if TYPE_CHECKING:
    import duckdb

SEVERITIES = ("error", "warning", "note")


@dataclass(frozen=True)
class Finding:
    """Something that is wrong with the data."""

    check_name: str
    severity: str
    """One of `SEVERITIES`."""
    symbol: str | None
    """None where it is about no single symbol."""
    session: date | None
    message: str
    value: float | None = None
    """The number that the message is about; its unit depends on the check."""


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


def run(con: duckdb.DuckDBPyConnection) -> list[Finding]:
    """Run every check on the connection's store; what is wrong, worst first."""
    found = [
        Finding(check.name, check.severity, **row)
        for check in all_checks()
        for row in named_rows(con, check.sql)
    ]
    return sorted(found, key=lambda finding: SEVERITIES.index(finding.severity))


def record(con: duckdb.DuckDBPyConnection, at: datetime) -> None:
    """Replace the findings of all checks; one that was there before keeps its moment."""
    write_findings(con, [check.name for check in all_checks()], run(con), at)


def write_findings(
    con: duckdb.DuckDBPyConnection,
    names: Sequence[str],
    findings: Sequence[Finding],
    at: datetime,
) -> None:
    """Replace the findings of these names; one that was there before keeps its moment."""
    given = {"names": list(names)}
    columns = ", ".join(field.name for field in fields(Finding))
    before = con.execute(
        f"SELECT {columns}, found_at FROM base.findings WHERE list_contains($names, check_name)",
        given,
    ).fetchall()
    since = {tuple(row): moment for *row, moment in before}
    dated = [{**asdict(row), "found_at": since.get(astuple(row), at)} for row in findings]
    con.execute("DELETE FROM base.findings WHERE list_contains($names, check_name)", given)
    write_rows(con, "findings", dated)


@dataclass(frozen=True)
class Health:
    """A store as a reader finds it."""

    facts: dict[str, str]
    """What the store is, in words, by name."""

    findings: list[Finding]
    """Worst first; checks are run anew."""

    @property
    def errors(self) -> int:
        """Findings that make numbers wrong."""
        return sum(finding.severity == "error" for finding in self.findings)


def size(con: duckdb.DuckDBPyConnection, project: Project) -> int:
    """Bytes on disk of the published store that `con` reads."""
    return lake.size(con) if lake.is_lake(con) else project.store_file.stat().st_size


def examine(con: duckdb.DuckDBPyConnection, project: Project) -> Health:
    """Read every table whole, so that damage shows; run every check; say what the store holds."""
    content(con)
    row = first_row(con, statement(__file__, "extent")) or ()
    name = "a team's store (DuckLake)" if lake.is_lake(con) else project.store_file.name
    extent = ("bars", "symbols", "first session", "last session", "restatements", "pulls")
    facts = {
        "store": f"{name}, {size(con, project) / 1e6:.1f} MB",
        "prices": get_meta(con, "kind") or "unknown",
        "schema": get_meta(con, "schema_version") or "unknown",
        "as of": get_meta(con, "as_of") or "never pulled",
        "published": get_meta(con, "published_at") or "never",
        **{name: str(value) for name, value in zip(extent, row, strict=True)},
    }
    names = {"checks": [check.name for check in all_checks()]}
    kept = named_rows(con, statement(__file__, "kept_findings"), names)
    return Health(facts, [*run(con), *(Finding(**row) for row in kept)])


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
