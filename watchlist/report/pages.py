"""Contexts to whole pages: which template, which charts, which helpers."""

from __future__ import annotations

from typing import Any

from watchlist.report.facts import Row
from watchlist.report.figures import (
    HEATMAP_SHOWN,
    Chart,
    daily_figures,
    path_chart,
    placebo_chart,
    price_chart,
    timeline_charts,
)
from watchlist.report.files import safe_name
from watchlist.report.render import Renderer
from watchlist.report.signals import SHOWN_HORIZON, signals_figures
from watchlist.report.view import heatmap_rows, path_rows, placebo_rows

EVENT_PATHS = 8
"""Targets with a chart of their own on an event's page."""


def daily_page(
    renderer: Renderer,
    context: dict[str, Any],
    *,
    linked: frozenset[str],
    with_signals: bool = False,
    plotly: str | None = None,
) -> str:
    """The page of one session; `linked` symbols, perhaps its signals, have pages of their own."""
    return renderer.page(
        "daily.html.j2",
        context,
        daily_figures(context),
        root="../",
        twin=f"{context['as_of']}.json",
        plotly=plotly,
        linked=linked,
        signals_page=with_signals,
        heatmap_rows=heatmap_rows,
        path_rows=path_rows,
        heatmap_shown=HEATMAP_SHOWN,
    )


def event_page(
    renderer: Renderer,
    context: dict[str, Any],
    *,
    linked: frozenset[str],
    plotly: str | None = None,
) -> str:
    """The page of one event."""
    charts: list[Chart] = [
        path_chart(f"car-{n}", context["title"], line)
        for n, line in enumerate(context["paths"][:EVENT_PATHS])
    ]
    charts += [placebo_chart(f"placebo-{n}", row) for n, row in enumerate(context["placebo"])]
    return renderer.page(
        "event.html.j2",
        context,
        {chart.chart_id: chart for chart in charts},
        root="../",
        twin=f"{safe_name(context['event']['event_id'])}.json",
        plotly=plotly,
        linked=linked,
        path_rows=path_rows,
        shown_paths=EVENT_PATHS,
        placebo_rows=placebo_rows,
    )


def symbol_page(
    renderer: Renderer,
    context: dict[str, Any],
    *,
    linked: frozenset[str],
    known_events: frozenset[str],
    plotly: str | None = None,
) -> str:
    """The page of one symbol."""
    charts = {}
    if context["price"]["close"]:
        charts["price"] = price_chart("price", context["price"], tall=True)
    return renderer.page(
        "symbol.html.j2",
        context,
        charts,
        root="../",
        twin=f"{safe_name(context['symbol'])}.json",
        plotly=plotly,
        linked=linked,
        known_events=known_events,
    )


def signals_page(renderer: Renderer, context: dict[str, Any], *, plotly: str | None = None) -> str:
    """The page of a session's signals."""
    return renderer.page(
        "signals.html.j2",
        context,
        signals_figures(context),
        root="../",
        twin=f"{context['as_of']}.json",
        plotly=plotly,
        shown_horizon=SHOWN_HORIZON,
    )


def index_page(renderer: Renderer, context: dict[str, Any]) -> str:
    """The front door."""
    linked: list[Row] = context["symbols"]
    return renderer.page(
        "index.html.j2",
        context,
        timeline_charts(context["events"]),
        root="",
        twin="index.json",
        linked=frozenset(s["symbol"] for s in linked),
    )
