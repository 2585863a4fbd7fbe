"""The page of `watchlist events timeline`: the chart, and the same events as a list with links."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from watchlist import __version__
from watchlist.catalog import Event, load_catalog
from watchlist.cli.events_show import Filters
from watchlist.errors import ConfigError
from watchlist.project import packaged

if TYPE_CHECKING:
    from watchlist.project import Project


def write_timeline(
    project: Project, since: date | None, until: date | None, out: Path | None
) -> Path:
    """Write the page, whole and without outside requests; returns its path.

    Raises
    ------
    ConfigError
        No event lies between the dates.
    """
    from watchlist.charts.style import plotly_js
    from watchlist.report.figures import timeline_charts
    from watchlist.report.files import write
    from watchlist.report.render import Renderer

    chosen = [e for e in load_catalog(project).events if Filters(since, until).keep(e)]
    if not chosen:
        raise ConfigError("no event lies between these dates", "see: watchlist events list")
    context = {
        "version": __version__,
        "title": "Policy events",
        "simulated": False,
        "as_of": None,
        "events": [event.model_dump() for event in reversed(chosen)],
    }
    charts = timeline_charts([_row(event) for event in chosen])
    folders = [f for f in (project.own("reports"), packaged("reports")) if f.is_dir()]
    html = Renderer(folders).page("timeline.html.j2", context, charts, root="", plotly=plotly_js())
    return write(out or project.reports_dir / "timeline.html", html)


def _row(event: Event) -> dict[str, Any]:
    """The event as the index of the reports keeps it."""
    return {
        **event.model_dump(
            include={"event_id", "title", "category", "direction", "certainty", "status"}
        ),
        "on": event.announced_on.isoformat(),
        "publishers": [source.publisher for source in event.sources],
    }
