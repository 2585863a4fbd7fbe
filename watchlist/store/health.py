"""The state of a store in one value: what `watchlist doctor` tells."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from watchlist.project import Project
from watchlist.store import checks, lake
from watchlist.store.content import content
from watchlist.store.frames import first_row
from watchlist.store.schema import get_meta

if TYPE_CHECKING:
    import duckdb

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Health:
    """A store as a reader finds it."""

    facts: dict[str, str]
    """What the store is, in words, by name."""

    findings: list[dict[str, Any]]
    """Rows of the findings, worst first; checks are run anew."""

    @property
    def errors(self) -> int:
        """Findings that make numbers wrong."""
        return sum(row["severity"] == "error" for row in self.findings)


def size(con: duckdb.DuckDBPyConnection, project: Project) -> int:
    """Bytes on disk of the published store that `con` reads."""
    return lake.size(con) if lake.is_lake(con) else project.store_file.stat().st_size


def examine(con: duckdb.DuckDBPyConnection, project: Project) -> Health:
    """Read every table whole, so that damage shows; run every check; say what the store holds."""
    content(con)
    row = first_row(con, (HERE / "extent.sql").read_text(encoding="utf-8")) or ()
    name = "a team's store (DuckLake)" if lake.is_lake(con) else project.store_file.name
    names = ("bars", "symbols", "first session", "last session", "restatements", "pulls")
    facts = {
        "store": f"{name}, {size(con, project) / 1e6:.1f} MB",
        "prices": get_meta(con, "kind") or "unknown",
        "schema": get_meta(con, "schema_version") or "unknown",
        "as of": get_meta(con, "as_of") or "never pulled",
        "published": get_meta(con, "published_at") or "never",
        **{name: str(value) for name, value in zip(names, row, strict=True)},
    }
    kept = con.execute(
        (HERE / "kept_findings.sql").read_text(encoding="utf-8"),
        {"checks": [check.name for check in checks.all_checks()]},
    )
    columns = [column[0] for column in kept.description or ()]
    rows = [dict(zip(columns, values, strict=True)) for values in kept.fetchall()]
    return Health(facts, [*checks.run(con), *rows])
