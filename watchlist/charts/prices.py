"""Charts over dates: a price with the events that reached it, and events by category."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise
from typing import Any

from watchlist.charts.style import (
    DOWN,
    GRID,
    INK,
    MUTED,
    PAPER,
    UP,
    Columns,
    Spec,
    axis,
    line,
    rounded,
    shortened,
    spec,
    trace,
    wrapped,
)

COLOURS = {"supportive": UP, "adverse": DOWN, "mixed": MUTED}
"""The colour of each direction of an event; its mark says the same where no colour is seen."""

PRICE_MARKS = {"supportive": "triangle-up", "adverse": "triangle-down", "mixed": "diamond"}
TIMELINE_MARKS = {**PRICE_MARKS, "mixed": "circle"}

GAP = timedelta(days=730)
"""Events before so long a silence are not drawn: they would press all others together."""

CLOSE = timedelta(days=14)
STEPS = (0.0, 0.24, -0.24)
"""Marks of one lane that lie as close as that step up and down."""


def price(closes: Columns, events: Columns, *, tall: bool = False) -> Spec:
    """Closing prices on a log scale, with a marker at day 0 of each event.

    Parameters
    ----------
    closes
        Columns `session` (date), `close`.
    events
        Columns `session`, `close`, `title`, `direction`; may be empty.
    tall
        For a page about this symbol alone.
    """
    names = ("session", "close", "title", "direction")
    rows = list(zip(*(events[name] for name in names), strict=True))
    traces = [
        trace(
            "scatter",
            x=list(closes["session"]),
            y=rounded(closes["close"], 4),
            mode="lines",
            line={"color": INK, "width": 1.5},
            hovertemplate="%{x|%-d %b %Y}: %{y:.2f}<extra></extra>",
        )
    ]
    for direction, mark in PRICE_MARKS.items():
        found = [row for row in rows if row[3] == direction]
        if found:
            traces.append(
                trace(
                    "scatter",
                    x=[session for session, _, _, _ in found],
                    y=rounded((close for _, close, _, _ in found), 4),
                    text=[_lines(shortened(title, 80), 44) for _, _, title, _ in found],
                    mode="markers",
                    marker={
                        "symbol": mark,
                        "size": 10,
                        "color": COLOURS[direction],
                        "line": {"color": PAPER, "width": 1.5},
                    },
                    hovertemplate="%{x|%-d %b %Y}: %{text}<extra></extra>",
                )
            )
    return spec(
        traces,
        height=360 if tall else 240,
        margin={"l": 46, "r": 10, "t": 6, "b": 28},
        meta={"narrow": {"layout.xaxis.nticks": 4}},
        xaxis=axis(type="date", showgrid=False, nticks=8, hoverformat="%-d %b %Y"),
        yaxis=axis(type="log", dtick="D1" if tall else "D2", tickformat="~g", nticks=6),
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
    names = ["event_id", "announced_on", "title", "category", "direction", "certainty", "status"]
    names += [] if compact else ["sources"]
    columns = (events[name] for name in names)
    rows = [dict(zip(names, values, strict=True)) for values in zip(*columns, strict=True)]
    rows.sort(key=lambda row: (row["announced_on"], row["event_id"]))
    first = first_drawn(events)
    drawn = [row for row in rows if row["announced_on"] >= first]
    left_out = len(rows) - len(drawn)
    lanes = list(dict.fromkeys(row["category"] for row in drawn))
    place = {category: len(lanes) - 1 - n for n, category in enumerate(lanes)}
    heights = _heights(drawn)
    traces: list[Any] = []
    for direction, mark in TIMELINE_MARKS.items():
        found = [row for row in drawn if row["direction"] == direction]
        if not found:
            continue
        hollow = [row["status"] == "scheduled" or row["certainty"] != "confirmed" for row in found]
        colour = COLOURS[direction]
        traces.append(
            trace(
                "scatter",
                x=[row["announced_on"].isoformat() for row in found],
                y=[place[row["category"]] + heights[row["event_id"]] for row in found],
                mode="markers",
                name=direction,
                marker={
                    "symbol": [f"{mark}-open" if open_ else mark for open_ in hollow],
                    "size": 9 if compact else 11,
                    "color": colour,
                    "opacity": 0.9,
                    "line": {"width": 1.4, "color": colour},
                },
                text=[_date_and_title(row) if compact else _hover(row) for row in found],
                hovertemplate="%{text}<extra></extra>",
            )
        )
    return spec(
        traces,
        height=(24 if compact else 34) * len(lanes) + 64,
        margin={"l": 118, "r": 16, "t": 30, "b": 48 if left_out else 32},
        showlegend=True,
        shapes=[]
        if today is None
        else [line(x=today.isoformat(), color=MUTED, width=1, dash="dot")],
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


def _heights(drawn: list[dict[str, Any]]) -> dict[str, float]:
    """How far each mark is moved out of its lane's middle, so that neighbours can be told apart."""
    last: dict[str, tuple[date, int]] = {}
    heights: dict[str, float] = {}
    for row in drawn:
        before = last.get(row["category"])
        near = before is not None and row["announced_on"] - before[0] <= CLOSE
        step = (before[1] + 1) % len(STEPS) if before is not None and near else 0
        last[row["category"]] = (row["announced_on"], step)
        heights[row["event_id"]] = STEPS[step]
    return heights


def _date_and_title(row: dict[str, Any]) -> str:
    """Of a title as much as two lines take."""
    return f"{row['announced_on']:%d %b %Y}<br>{_lines(shortened(row['title'], 96), 50)}"


def _hover(row: dict[str, Any]) -> str:
    """Date, title and sources; nothing of it is markup."""
    state = "scheduled" if row["status"] == "scheduled" else row["certainty"]
    facts = f"{row['announced_on']:%a %d %b %Y} · {row['category']} · {row['direction']} · {state}"
    sources = "Sources: " + ", ".join(row["sources"])
    return f"<b>{_lines(row['title'], 60)}</b><br>{_lines(facts, 70)}<br>{_lines(sources, 70)}"


def _lines(text: str, width: int) -> str:
    return "<br>".join(wrapped(text, width))
