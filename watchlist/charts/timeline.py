"""The chronology as a picture: one lane for each category, a mark for each event, sources on hover.

The page around it gives the address of each source; here they are only named, since a hover label
cannot be followed.
"""

from __future__ import annotations

import textwrap
from html import escape
from typing import Any

import polars as pl

from watchlist.charts.style import DOWN, GRID, INK, MUTED, UP, Spec, axis, spec, trace

LANE = 34
"""Height of one category, pixels."""
MARGIN = 64

DIRECTIONS = {
    "supportive": ("triangle-up", UP, "supportive"),
    "adverse": ("triangle-down", DOWN, "adverse"),
    "mixed": ("circle", MUTED, "mixed"),
}
"""Mark, colour and word for each direction: the shape says it where the colour cannot be seen."""


def timeline(events: pl.DataFrame) -> Spec:
    """Events by category and date, in the order of the categories' first events.

    Parameters
    ----------
    events : DataFrame
        announced_on (Date), title, category, direction, certainty, status, event_id and sources
        (list of str: publishers); any order.
    """
    ordered = events.sort("announced_on", "event_id")
    lanes = ordered["category"].unique(maintain_order=True).to_list()
    place = {category: len(lanes) - 1 - n for n, category in enumerate(lanes)}
    traces: list[Any] = []
    for direction, (shape, colour, word) in DIRECTIONS.items():
        rows = ordered.filter(pl.col("direction") == direction).to_dicts()
        if not rows:
            continue
        open_marks = [
            row["status"] == "scheduled" or row["certainty"] != "confirmed" for row in rows
        ]
        traces.append(
            trace(
                "scatter",
                x=[row["announced_on"].isoformat() for row in rows],
                y=[place[row["category"]] for row in rows],
                mode="markers",
                name=word,
                marker={
                    "symbol": [f"{shape}-open" if hollow else shape for hollow in open_marks],
                    "size": 11,
                    "color": colour,
                    "opacity": 0.9,
                    "line": {"width": 1.4, "color": colour},
                },
                text=[_label(row) for row in rows],
                customdata=[row["event_id"] for row in rows],
                hovertemplate="%{text}<extra></extra>",
            )
        )
    return spec(
        traces,
        height=LANE * max(1, len(lanes)) + MARGIN,
        margin={"l": 118, "r": 16, "t": 30, "b": 32},
        showlegend=True,
        legend={"orientation": "h", "x": 0, "y": 1, "yanchor": "bottom", "font": {"color": INK}},
        xaxis=axis(type="date"),
        yaxis=axis(
            tickvals=list(place.values()),
            ticktext=list(place),
            range=[-0.6, len(lanes) - 0.4],
            zeroline=False,
            gridcolor=GRID,
        ),
    )


def _label(row: dict[str, Any]) -> str:
    """Date, title and sources; nothing of it is markup."""
    lines = textwrap.wrap(str(row["title"]), 60)
    title = "<br>".join(escape(line) for line in lines)
    sources = textwrap.wrap("Sources: " + ", ".join(row["sources"]), 70)
    state = "scheduled" if row["status"] == "scheduled" else str(row["certainty"])
    facts = f"{row['announced_on']:%a %d %b %Y} · {row['category']} · {row['direction']} · {state}"
    return "<br>".join([f"<b>{title}</b>", escape(facts), *(escape(line) for line in sources)])
