"""The chronology as a picture: one lane for each category, a mark for each event, sources on hover.

The page around it gives the address of each source; here they are only named, since a hover label
cannot be followed.
"""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise
from typing import Any

from watchlist.charts.style import (
    DOWN,
    GRID,
    INK,
    MUTED,
    UP,
    Columns,
    Spec,
    axis,
    spec,
    trace,
    wrapped,
)

LANE = 34
"""Height of one category, pixels."""
LOW_LANE = 24
"""The same where the picture is one of many."""
MARGIN = 64

GAP = timedelta(days=730)
"""Events before so long a silence are not drawn: they would press all others together."""
CLOSE = timedelta(days=14)
STEPS = (0.0, 0.24, -0.24)
"""Marks of one lane that lie close together step up and down."""

DIRECTIONS = {
    "supportive": ("triangle-up", UP, "supportive"),
    "adverse": ("triangle-down", DOWN, "adverse"),
    "mixed": ("circle", MUTED, "mixed"),
}
"""Mark, colour and word for each direction: the shape says it where the colour cannot be seen."""


_COLUMNS = (
    "event_id",
    "announced_on",
    "title",
    "category",
    "direction",
    "certainty",
    "status",
    "sources",
)


def timeline(events: Columns, *, compact: bool = False, today: date | None = None) -> Spec:
    """Events by category and date, in the order of the categories' first events.

    Parameters
    ----------
    events
        Columns `announced_on` (dates), `title`, `category`, `direction`, `certainty`, `status`,
        `event_id` and, unless compact, `sources` (a list of publishers each); any order, at least
        one row.
    compact
        Low lanes, and nothing but date and title on hover.
    today
        Where the past ends, if some events are still to come.
    """
    names = _COLUMNS[:-1] if compact else _COLUMNS
    rows = (
        dict(zip(names, values, strict=True))
        for values in zip(*(events[name] for name in names), strict=True)
    )
    everything = sorted(rows, key=lambda row: (row["announced_on"], row["event_id"]))
    first = first_drawn(events)
    ordered = [row for row in everything if row["announced_on"] >= first]
    left_out = len(everything) - len(ordered)
    lanes = list(dict.fromkeys(row["category"] for row in ordered))
    place = {category: len(lanes) - 1 - n for n, category in enumerate(lanes)}
    heights = _heights(ordered)
    traces: list[Any] = []
    for direction, (shape, colour, word) in DIRECTIONS.items():
        found = [row for row in ordered if row["direction"] == direction]
        if not found:
            continue
        open_marks = [
            row["status"] == "scheduled" or row["certainty"] != "confirmed" for row in found
        ]
        traces.append(
            trace(
                "scatter",
                x=[row["announced_on"].isoformat() for row in found],
                y=[place[row["category"]] + heights[row["event_id"]] for row in found],
                mode="markers",
                name=word,
                marker={
                    "symbol": [f"{shape}-open" if hollow else shape for hollow in open_marks],
                    "size": 9 if compact else 11,
                    "color": colour,
                    "opacity": 0.9,
                    "line": {"width": 1.4, "color": colour},
                },
                text=[_brief(row) if compact else _label(row) for row in found],
                hovertemplate="%{text}<extra></extra>",
            )
        )
    return spec(
        traces,
        height=(LOW_LANE if compact else LANE) * len(lanes) + MARGIN,
        margin={"l": 118, "r": 16, "t": 30, "b": 48 if left_out else 32},
        showlegend=True,
        shapes=[] if today is None else [_line(today)],
        legend={"orientation": "h", "x": 0, "y": 1, "yanchor": "bottom", "font": {"color": INK}},
        xaxis=axis(
            type="date",
            title={"text": f"{left_out} earlier, only in the list"} if left_out else None,
        ),
        yaxis=axis(
            tickvals=list(place.values()),
            ticktext=list(place),
            range=[-0.6, len(lanes) - 0.4],
            zeroline=False,
            gridcolor=GRID,
        ),
    )


def _line(today: date) -> dict[str, Any]:
    """A vertical line between the past and what is ahead."""
    ends = {"x0": today.isoformat(), "x1": today.isoformat(), "yref": "paper", "y0": 0, "y1": 1}
    return {"type": "line", **ends, "line": {"color": MUTED, "width": 1, "dash": "dot"}}


def first_drawn(events: Columns) -> date:
    """The first date that the picture shows: the one after the last long silence.

    Parameters
    ----------
    events
        Column `announced_on` (dates); at least one row.
    """
    days: list[date] = sorted(events["announced_on"])
    late = [after for before, after in pairwise(days) if after - before > GAP]
    return late[-1] if late else days[0]


def _heights(ordered: list[dict[str, Any]]) -> dict[str, float]:
    """How far each mark is moved out of its lane's middle, so that neighbours can be told apart."""
    last: dict[str, tuple[date, int]] = {}
    heights: dict[str, float] = {}
    for row in ordered:
        before = last.get(row["category"])
        near = before is not None and row["announced_on"] - before[0] <= CLOSE
        step = (before[1] + 1) % len(STEPS) if before is not None and near else 0
        last[row["category"]] = (row["announced_on"], step)
        heights[row["event_id"]] = STEPS[step]
    return heights


def _brief(row: dict[str, Any]) -> str:
    """Date and title, of a title as much as two lines take."""
    title = str(row["title"])
    shown = title if len(title) <= 96 else title[:95].rstrip() + "…"
    return "<br>".join([f"{row['announced_on']:%d %b %Y}", *wrapped(shown, 50)])


def _label(row: dict[str, Any]) -> str:
    """Date, title and sources; nothing of it is markup."""
    title = "<br>".join(wrapped(str(row["title"]), 60))
    sources = wrapped("Sources: " + ", ".join(row["sources"]), 70)
    state = "scheduled" if row["status"] == "scheduled" else str(row["certainty"])
    facts = f"{row['announced_on']:%a %d %b %Y} · {row['category']} · {row['direction']} · {state}"
    return "<br>".join([f"<b>{title}</b>", *wrapped(facts, 70), *sources])
