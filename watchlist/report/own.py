"""A user's own report: `reports/NAME/report.html`, a template that asks queries by name."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any, Protocol

from watchlist import __version__
from watchlist.errors import ConfigError, nearest
from watchlist.project import Project
from watchlist.report.files import write
from watchlist.report.site import open_renderer

TEMPLATE = "report.html"
MAX_ROWS = 5_000
"""Rows of one query that a page may take; more is a table nobody reads."""

RESERVED = frozenset({"daily", "event", "symbol"})
"""Names of the packaged reports."""


def own_reports(project: Project) -> list[str]:
    """Names of the user's reports."""
    return sorted(
        folder.name
        for folder in project.own("reports").glob("*")
        if (folder / TEMPLATE).is_file() and folder.name not in RESERVED
    )


class Rows(Protocol):
    """Whoever runs a query for a page: `Sandbox.rows`, since the queries may be anybody's."""

    def __call__(
        self, sql: str, parameters: Mapping[str, object], /, *, limit: int
    ) -> list[dict[str, Any]]:
        """At most `limit` rows, by column."""
        ...


def write_own(rows: Rows, project: Project, name: str, *, as_of: date) -> Path:
    """Render `reports/NAME/report.html` to `reports/out/NAME/DATE.html`.

    Raises
    ------
    ConfigError
        No such report, or its template is wrong (with the line).
    QueryError
        A query that it names is refused or fails.
    """
    known = own_reports(project)
    if name not in known:
        hint = nearest(name, ["daily", "event", "symbol", *known])
        raise ConfigError(f"report {name!r}: there is no reports/{name}/{TEMPLATE}", hint)
    renderer = open_renderer(project)

    def query(query_name: str, **values: Any) -> list[dict[str, Any]]:
        return ask(rows, project, name, query_name, values)

    context = {
        "version": __version__,
        "kind": "own",
        "simulated": project.simulated,
        "as_of": as_of.isoformat(),
        "title": name.replace("-", " ").capitalize(),
    }
    html = renderer.html(
        f"{name}/{TEMPLATE}", context, {}, root="../", linked=frozenset(), query=query
    )
    return write(project.reports_dir / name / f"{as_of}.html", html)


def ask(
    rows: Rows,
    project: Project,
    report: str,
    name: str,
    values: dict[str, Any],
) -> list[dict[str, Any]]:
    """Rows of a query: `reports/NAME/QUERY.sql` if it is there, else one of the catalogue."""
    from watchlist.sql import catalogue

    beside = project.own("reports") / report / f"{name}.sql"
    if beside.is_file():
        text, given = catalogue.read_text(beside), values
    else:
        query = catalogue.find(project, name)
        text, given = query.text, query.values({k: str(v) for k, v in values.items()})
    return [
        {column: _plain(value) for column, value in row.items()}
        for row in rows(text, given, limit=MAX_ROWS)
    ]


def _plain(value: Any) -> Any:
    """Moments in UTC to the minute; everything else as the template's filters want it."""
    return value.strftime("%Y-%m-%d %H:%M UTC") if isinstance(value, datetime) else value
