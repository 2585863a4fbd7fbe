"""Charts of signals: their history with the days they spoke, and the evidence for or against."""

from __future__ import annotations

import math
from collections.abc import Iterable
from datetime import date

from watchlist.charts.style import (
    BAND,
    DOWN,
    GRID,
    INK,
    MUTED,
    PAPER,
    UP,
    Columns,
    Spec,
    axis,
    heat,
    spec,
    trace,
    wrapped,
)
from watchlist.minus import Told

_COLOUR = {"up": UP, "on": UP, "down": DOWN}
_SIGN = {"up": 1, "on": 1, "down": -1, "quiet": 0}
ROW_HEIGHT = 22


def history(signals: Columns, title: str, thresholds: list[float]) -> Spec:
    """One signal of one symbol over time, with the alerts as dots and the thresholds as lines.

    Parameters
    ----------
    signals
        Columns `session`, `shown` (what the rule looks at), `state`, `alert` (whether the state
        began that session), in order.
    title
        What the axis shows, with its unit.
    thresholds
        Levels at which the signal speaks.
    """
    days, shown = _days(signals["session"]), _rounded(signals["shown"])
    spoke = [
        (day, value, state)
        for day, value, state, alert in zip(
            days, shown, signals["state"], signals["alert"], strict=True
        )
        if alert
    ]
    line = trace(
        "scatter",
        x=days,
        y=shown,
        mode="lines",
        line={"color": MUTED, "width": 1},
        hovertemplate="%{x}<br>%{y:.2f}<extra></extra>",
    )
    dots = trace(
        "scatter",
        x=[day for day, _, _ in spoke],
        y=[value for _, value, _ in spoke],
        mode="markers",
        marker={"color": [_COLOUR.get(state, INK) for _, _, state in spoke], "size": 8},
        text=[state for _, _, state in spoke],
        hovertemplate="%{x}: %{text}<br>%{y:.2f}<extra></extra>",
    )
    return spec(
        [line, dots],
        height=220,
        xaxis=axis(type="date"),
        yaxis=axis(title={"text": title, "font": {"size": 11}}),
        shapes=[_level(level) for level in thresholds],
    )


def _level(level: float) -> dict[str, object]:
    return {
        "type": "line",
        "xref": "paper",
        "x0": 0,
        "x1": 1,
        "y0": level,
        "y1": level,
        "line": {"color": GRID, "width": 1, "dash": "dash"},
        "layer": "below",
    }


def buckets(means: list[float | None], *, unit: str = "+.2%") -> Spec:
    """Mean later result by fifth of the signal, lowest fifth first; fractions."""
    return spec(
        [
            trace(
                "bar",
                x=["lowest", "2", "3", "4", "highest"],
                y=[None if mean is None else round(mean, 6) for mean in means],
                marker={"color": [_side(mean) for mean in means]},
                hovertemplate=f"%{{x}} fifth: %{{y:{unit}}}<extra></extra>",
            )
        ],
        height=200,
        bargap=0.35,
        xaxis=axis(type="category", showgrid=False),
        yaxis=axis(tickformat="~%", nticks=5),
    )


def _side(value: float | None) -> str:
    return DOWN if value is not None and value < 0 else UP


def decay(coefficients: list[tuple[int, float | None]], mde: float | None = None) -> Spec:
    """Rank information coefficient by horizon; inside the band none would have been found.

    Parameters
    ----------
    coefficients
        (sessions ahead, coefficient).
    mde
        Smallest coefficient that would have been found; half-width of the band.
    """
    shapes = []
    if mde is not None:
        band = {"type": "rect", "xref": "paper", "x0": 0, "x1": 1, "y0": -mde, "y1": mde}
        shapes.append(
            {**band, "fillcolor": BAND, "opacity": 0.5, "line": {"width": 0}, "layer": "below"}
        )
    return spec(
        [
            trace(
                "scatter",
                x=[str(horizon) for horizon, _ in coefficients],
                y=[None if ic is None else round(ic, 5) for _, ic in coefficients],
                mode="lines+markers",
                line={"color": MUTED, "width": 1},
                marker={"color": [_side(ic) for _, ic in coefficients], "size": 8},
                hovertemplate="%{x} sessions ahead: %{y:.3f}<extra></extra>",
            )
        ],
        height=200,
        shapes=shapes,
        xaxis=axis(
            type="category", title={"text": "sessions ahead", "font": {"size": 11}}, showgrid=False
        ),
        yaxis=axis(nticks=5, zeroline=True),
    )


def overview(signals: Columns, titles: dict[str, str]) -> Spec:
    """Every symbol × signal today as small multiples: colour is the state, number is z.

    Parameters
    ----------
    signals
        Columns `symbol`, `signal`, `z`, `state`; one row a cell at most.
    titles
        Signal → what people read, the row order of the chart.
    """
    symbols = sorted(set(signals["symbol"]))
    present = set(signals["signal"])
    names = [name for name in titles if name in present]
    column = {symbol: n for n, symbol in enumerate(symbols)}
    row = {name: n for n, name in enumerate(names)}
    colour: list[list[float | None]] = [[None] * len(symbols) for _ in names]
    text = [[""] * len(symbols) for _ in names]
    for symbol, name, z, state in zip(
        *(signals[name] for name in ("symbol", "signal", "z", "state")), strict=True
    ):
        if name in row:
            colour[row[name]][column[symbol]] = _SIGN[state]
            text[row[name]][column[symbol]] = "" if z is None else f"{Told(z):.1f}"
    return spec(
        [heat(colour, text, full=2.5, hover="z %{text}")],
        height=ROW_HEIGHT * len(names) + 40,
        margin={"l": 260, "r": 8, "t": 28, "b": 8},
        meta={
            "narrow": {
                "layout.margin.l": 132,
                "layout.yaxis.tickfont.size": 9,
                "layout.yaxis.ticktext": ["<br>".join(wrapped(titles[n], 24)) for n in names],
            },
            "paper": PAPER,
        },
        xaxis=axis(
            side="top",
            tickvals=list(range(len(symbols))),
            ticktext=symbols,
            showgrid=False,
            zeroline=False,
        ),
        yaxis=axis(
            autorange="reversed",
            tickvals=list(range(len(names))),
            ticktext=[titles[name] for name in names],
            showgrid=False,
            zeroline=False,
            tickfont={"color": INK, "size": 12},
        ),
    )


def _days(sessions: Iterable[date | str]) -> list[str]:
    return [day.isoformat() if isinstance(day, date) else str(day) for day in sessions]


def _rounded(values: Iterable[float | None]) -> list[float | None]:
    return [None if v is None or not math.isfinite(v) else round(v, 4) for v in values]
