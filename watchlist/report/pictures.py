"""Which charts an e-mail carries as a picture."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from watchlist.report.figures import Chart, daily_figures
from watchlist.report.render import Renderer

WIDTH = 720
"""As wide as a mail program shows a message."""


@dataclass(frozen=True)
class Picture:
    """A PNG with its name in the message and what it shows in words."""

    name: str
    png: bytes
    label: str


def pictures_page(renderer: Renderer, context: dict[str, Any]) -> tuple[str, str] | None:
    """A page with the newest event's paths and the forest plot, and its words; None without any."""
    charts = {
        name: chart
        for name, chart in daily_figures(context).items()
        if name.startswith("car-0-") or name == "forest"
    }
    if not charts:
        return None
    headings = {name: _heading(name, context) for name in charts}
    html = renderer.page(
        "pictures.html.j2", context, charts, root="", linked=frozenset(), headings=headings
    )
    return html, " ".join(_label(chart) for chart in charts.values())


def _heading(name: str, context: dict[str, Any]) -> str:
    if name == "forest":
        return "Mean abnormal return on day 0, by category"
    path = context["study"]["paths"][0]
    return f"{path['lines'][int(name.rsplit('-', 1)[1])]['symbol']}: {path['title']}"


def _label(chart: Chart) -> str:
    return chart.label
