"""Reads the store, makes the contexts, writes the pages: the thin edge of reporting.

The reports folder is an archive: `daily/DATE.html` with its JSON twin stays as it is; the pages of
events and symbols, `latest.html`, `index.html` and `feed.json` follow the newest report and never
go back in time. One `plotly.min.js` serves them all.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from watchlist import __version__
from watchlist.project import Project, packaged
from watchlist.report.daily import daily_context
from watchlist.report.files import to_json, write

if TYPE_CHECKING:
    import duckdb

    from watchlist.config import Config
    from watchlist.report.render import Renderer

Step = Callable[[int, int, str], None]


def write_daily(
    con: duckdb.DuckDBPyConnection,
    project: Project,
    config: Config,
    *,
    as_of: date,
    step: Step | None = None,
    single_file: bool = False,
) -> Path:
    """Write the report of one session with its twin; gives the path of the HTML page.

    Parameters
    ----------
    con
        A connection on the store; only the public views are read.
    as_of
        A session; later bars and events are left out.
    single_file
        Put plotly.js inside the page (4.8 MB), for sending it to somebody.
    """
    from watchlist.report.figures import daily_figures
    from watchlist.report.view import heatmap_cells, helpers
    from watchlist.steps.report_read import read_facts

    facts = read_facts(con, as_of, chart_days=config.report.chart_days)
    context = daily_context(facts, version=__version__)
    renderer = open_renderer(project)
    html = renderer.page(
        "daily.html.j2",
        context,
        daily_figures(context),
        root="../",
        plotly=_plotly() if single_file else None,
        twin=f"{as_of}.json",
        linked={row["symbol"] for row in context["watchlist"]},
        cells=heatmap_cells(context["study"]["heatmap"]),
        **helpers(),
    )
    folder = project.reports_dir / "daily"
    write(folder / f"{as_of}.json", to_json(context))
    page = write(folder / f"{as_of}.html", html)
    share_plotly(project)
    return page


def open_renderer(project: Project) -> Renderer:
    """The user's templates before the packaged ones."""
    from watchlist.report.render import Renderer

    own = project.own("reports")
    return Renderer([*([own] if own.is_dir() else []), packaged("reports")])


def share_plotly(project: Project) -> Path:
    """The one script beside all reports."""
    from watchlist.report.render import PLOTLY_NAME

    return write(project.reports_dir / PLOTLY_NAME, _plotly())


def _plotly() -> str:
    from watchlist.report.render import plotly_source

    return plotly_source()
