"""The page of `watchlist events timeline`: the chart, and the same events as a list with links."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from watchlist import __version__
from watchlist.catalog import Event
from watchlist.charts.style import plotly_js
from watchlist.project import Project, packaged
from watchlist.report.figures import timeline_charts
from watchlist.report.files import write
from watchlist.report.render import Renderer

SHOWN = {"event_id", "title", "category", "direction", "certainty", "status"}


def write_timeline(project: Project, events: Sequence[Event], out: Path | None = None) -> Path:
    """Write the page, whole and without outside requests; returns its path.

    Parameters
    ----------
    events : sequence of Event
        Oldest first.
    out : Path, optional
        Left out: `timeline.html` in the reports' folder.
    """
    context = {
        "version": __version__,
        "title": "Policy events",
        "simulated": False,
        "as_of": None,
        "events": [event.model_dump() for event in reversed(events)],
    }
    rows = [
        event.model_dump(include=SHOWN)
        | {
            "on": event.announced_on.isoformat(),
            "publishers": [source.publisher for source in event.sources],
        }
        for event in events
    ]
    folders = [f for f in (project.own("reports"), packaged("reports")) if f.is_dir()]
    html = Renderer(folders).page(
        "timeline.html.j2", context, timeline_charts(rows), root="", plotly=plotly_js()
    )
    return write(out or project.reports_dir / "timeline.html", html)
