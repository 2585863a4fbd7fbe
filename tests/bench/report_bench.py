"""The daily page of 12 symbols and 100 events: rendering it against serialising its figures."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

import plotly.graph_objects as go

from tests.bench.pairs import Ratio, compare
from tests.report.site import many_events
from tests.report.small_store import PEERS
from tests.report.test_daily import context
from watchlist.project import Project
from watchlist.report.figures import daily_charts
from watchlist.report.site import open_renderer


def run() -> list[Ratio]:
    """One ratio, in one process."""
    report = context(peers=PEERS, events=many_events(100))
    figures = [go.Figure(json.loads(chart.json)) for chart in daily_charts(report).values()]
    symbols = frozenset(row["symbol"] for row in report["data"]["symbols"])
    with tempfile.TemporaryDirectory() as folder:
        renderer = open_renderer(Project(Path(folder)))
        return [
            compare(
                f"the daily page, {len(figures)} figures",
                (
                    "render it, figures included",
                    lambda: renderer.page(report, linked=symbols, signals_page=False),
                ),
                ("Plotly serialises the figures", lambda: [f.to_json() for f in figures]),
                rounds=15,
                goal=2.0,
            )
        ]
