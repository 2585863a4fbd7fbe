"""Write the page of the signals from the public views."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from watchlist import __version__
from watchlist.errors import StoreError
from watchlist.report.files import write_pair
from watchlist.report.signals import HISTORY, SignalFacts, signals_context

if TYPE_CHECKING:
    import duckdb

    from watchlist.project import Project
    from watchlist.report.render import Renderer

_SQL = Path(__file__).parent / "report_signals_sql"


def write_signals(
    con: duckdb.DuckDBPyConnection,
    project: Project,
    renderer: Renderer,
    *,
    as_of: date,
    plotly: str | None = None,
) -> Path:
    """Write the page of the store's signals, `signals/DATE.html`, and its twin; gives its path.

    Parameters
    ----------
    plotly
        The source of plotly.js, to be put inside the page; None to load the archive's file.

    Raises
    ------
    StoreError
        The store's signals are of another session.
    """
    from watchlist.report.pages import signals_page

    context = signals_context(_facts(con, project, as_of), version=__version__)
    html = signals_page(renderer, context, plotly=plotly)
    return write_pair(project.reports_dir / "signals" / f"{as_of}.html", html, context)


def _facts(con: duckdb.DuckDBPyConnection, project: Project, as_of: date) -> SignalFacts:
    """The rows of the page of the signals."""

    def rows(name: str) -> list[dict[str, Any]]:
        sql = (_SQL / f"{name}.sql").read_text(encoding="utf-8")
        known = {"as_of": as_of, "signal": HISTORY}
        given = {key: value for key, value in known.items() if f"${key}" in sql}
        found: list[dict[str, Any]] = con.sql(sql, params=given or None).pl().to_dicts()
        return found

    rankings = rows("rankings")
    if not rankings:
        raise StoreError(
            f"the store has no signals of {as_of}",
            f"raise them with: watchlist daily --on {as_of}",
        )
    return SignalFacts(
        as_of=as_of,
        simulated=project.simulated,
        rankings=rankings,
        definitions=rows("definitions"),
        verdicts=rows("verdicts"),
        current=rows("current"),
        history=rows("history"),
    )
