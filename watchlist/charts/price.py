"""A price with the events that reached it."""

from __future__ import annotations

from watchlist.charts.style import (
    DOWN,
    INK,
    MUTED,
    PAPER,
    UP,
    Columns,
    Spec,
    axis,
    rounded,
    spec,
    trace,
    wrapped,
)

SYMBOLS = {"supportive": "triangle-up", "adverse": "triangle-down", "mixed": "diamond"}
"""The shape tells the direction, so that colour is never alone."""

COLOURS = {"supportive": UP, "adverse": DOWN, "mixed": MUTED}

LINE = 44
"""Characters that a hover label takes on a phone."""


def price(closes: Columns, events: Columns, *, tall: bool = False) -> Spec:
    """Closing prices on a log scale, with a marker at day 0 of each event.

    Parameters
    ----------
    closes
        Columns `session` (ISO date), `close`.
    events
        Columns `session`, `close`, `title`, `direction`; may be empty.
    tall
        For a page about this symbol alone.
    """
    rows = list(
        zip(*(events[name] for name in ("session", "close", "title", "direction")), strict=True)
    )
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
    for direction, symbol in SYMBOLS.items():
        found = [row for row in rows if row[3] == direction]
        if found:
            traces.append(
                trace(
                    "scatter",
                    x=[session for session, _, _, _ in found],
                    y=rounded((close for _, close, _, _ in found), 4),
                    text=[plain(title) for _, _, title, _ in found],
                    mode="markers",
                    marker={
                        "symbol": symbol,
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


def plain(title: str, length: int = 80) -> str:
    """A title without the markup that Plotly would read in it, in lines that fit a phone."""
    text = " ".join(title.split())
    text = text if len(text) <= length else text[: length - 1].rstrip() + "…"
    return "<br>".join(wrapped(text, LINE))
