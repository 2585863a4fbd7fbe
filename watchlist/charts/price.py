"""A price with the events that reached it."""

from __future__ import annotations

import polars as pl

from watchlist.charts.style import DOWN, INK, MUTED, PAPER, UP, Spec, axis, spec, trace

SYMBOLS = {"supportive": "triangle-up", "adverse": "triangle-down", "mixed": "diamond"}
"""The shape tells the direction, so that colour is never alone."""

COLOURS = {"supportive": UP, "adverse": DOWN, "mixed": MUTED}


def price(closes: pl.DataFrame, events: pl.DataFrame, *, tall: bool = False) -> Spec:
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
    traces = [
        trace(
            "scatter",
            x=closes["session"].to_list(),
            y=closes["close"].round(4).to_list(),
            mode="lines",
            line={"color": INK, "width": 1.5},
            hovertemplate="%{x|%-d %b %Y}: %{y:.2f}<extra></extra>",
        )
    ]
    for direction, symbol in SYMBOLS.items():
        found = events.filter(pl.col("direction") == direction) if events.height else events
        if found.height:
            traces.append(
                trace(
                    "scatter",
                    x=found["session"].to_list(),
                    y=found["close"].round(4).to_list(),
                    text=[plain(title) for title in found["title"]],
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
        xaxis=axis(type="date", showgrid=False, nticks=8, hoverformat="%-d %b %Y"),
        yaxis=axis(type="log", dtick="D1" if tall else "D2", tickformat="~g", nticks=6),
    )


def plain(title: str, length: int = 80) -> str:
    """A title without the markup that Plotly would read in it, in lines that fit a phone."""
    from textwrap import wrap

    text = title if len(title) <= length else title[: length - 1].rstrip() + "…"
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return "<br>".join(wrap(text, 44))
