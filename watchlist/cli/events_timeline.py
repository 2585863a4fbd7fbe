"""The page of `watchlist events timeline`: the chart, and the same events as a list with links."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from watchlist import __version__
from watchlist.catalog import Event, load_catalog
from watchlist.cli.events_show import Filters
from watchlist.errors import ConfigError
from watchlist.project import packaged

if TYPE_CHECKING:
    import polars as pl

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
    from watchlist.charts import style
    from watchlist.charts.bundle import plotly_js
    from watchlist.charts.timeline import timeline
    from watchlist.report.figures import Chart
    from watchlist.report.files import write
    from watchlist.report.render import Renderer

    chosen = [e for e in load_catalog(project).events if Filters(since, until).keep(e)]
    if not chosen:
        raise ConfigError("no event lies between these dates", "see: watchlist events list")
    figure = timeline(event_rows(chosen))
    label = f"{len(chosen)} events by category from {chosen[0].announced_on} on"
    chart = Chart("timeline", style.to_json(figure), int(figure["layout"]["height"]), label)
    context = {
        "version": __version__,
        "title": "Policy events",
        "simulated": False,
        "as_of": None,
        "events": [event.model_dump() for event in reversed(chosen)],
    }
    folders = [f for f in (project.own("reports"), packaged("reports")) if f.is_dir()]
    html = Renderer(folders).page(
        "timeline.html.j2", context, {"timeline": chart}, root="", plotly=plotly_js()
    )
    return write(out or project.reports_dir / "timeline.html", html)


def event_rows(events: list[Event]) -> pl.DataFrame:
    """The events as `charts.timeline` wants them."""
    import polars as pl

    return pl.DataFrame(
        {
            "event_id": [e.event_id for e in events],
            "announced_on": [e.announced_on for e in events],
            "title": [e.title for e in events],
            "category": [e.category for e in events],
            "direction": [e.direction for e in events],
            "certainty": [e.certainty for e in events],
            "status": [e.status for e in events],
            "sources": [[s.publisher for s in e.sources] for e in events],
        },
        schema_overrides={"announced_on": pl.Date(), "sources": pl.List(pl.String())},
    )
