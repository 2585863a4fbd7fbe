"""Charts of signals: their history with the days they spoke, and the evidence for or against."""

from __future__ import annotations

from watchlist.charts.style import (
    BAND,
    GRID,
    INK,
    MUTED,
    PAPER,
    Columns,
    Spec,
    axis,
    category_axis,
    heat,
    line,
    rounded,
    side,
    spec,
    trace,
    wrapped,
)
from watchlist.formatting import Readable

SIGNS = {"up": 1, "on": 1, "down": -1, "quiet": 0}
"""What the colour of a state is made of: above nought, below, or neither."""


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
    days, shown = [str(day) for day in signals["session"]], rounded(signals["shown"], 4)
    rows = zip(days, shown, signals["state"], signals["alert"], strict=True)
    began = [(day, value, state) for day, value, state, alert in rows if alert]
    path = trace(
        "scatter",
        x=days,
        y=shown,
        mode="lines",
        line={"color": MUTED, "width": 1},
        hovertemplate="%{x}<br>%{y:.2f}<extra></extra>",
    )
    dots = trace(
        "scatter",
        x=[day for day, _, _ in began],
        y=[value for _, value, _ in began],
        mode="markers",
        marker={
            "color": [side(SIGNS[state]) if SIGNS.get(state) else INK for _, _, state in began],
            "size": 8,
        },
        text=[state for _, _, state in began],
        hovertemplate="%{x}: %{text}<br>%{y:.2f}<extra></extra>",
    )
    return spec(
        [path, dots],
        height=220,
        xaxis=axis(type="date"),
        yaxis=axis(title={"text": title, "font": {"size": 11}}),
        shapes=[line(y=y, layer="below", color=GRID, width=1, dash="dash") for y in thresholds],
    )


def buckets(means: list[float | None], *, unit: str = "+.2%") -> Spec:
    """Mean later result by fifth of the signal, lowest fifth first; fractions."""
    return spec(
        [
            trace(
                "bar",
                x=["lowest", "2", "3", "4", "highest"],
                y=rounded(means, 6),
                marker={"color": [side(mean) for mean in means]},
                hovertemplate=f"%{{x}} fifth: %{{y:{unit}}}<extra></extra>",
            )
        ],
        height=200,
        bargap=0.35,
        xaxis=axis(type="category", showgrid=False),
        yaxis=axis(tickformat="~%", nticks=5),
    )


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
        fill = {"fillcolor": BAND, "opacity": 0.5, "line": {"width": 0}, "layer": "below"}
        shapes.append(band | fill)
    values = [ic for _, ic in coefficients]
    return spec(
        [
            trace(
                "scatter",
                x=[str(horizon) for horizon, _ in coefficients],
                y=rounded(values),
                mode="lines+markers",
                line={"color": MUTED, "width": 1},
                marker={"color": [side(ic) for ic in values], "size": 8},
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
    cells = zip(*(signals[name] for name in ("symbol", "signal", "z", "state")), strict=True)
    for symbol, name, z, state in cells:
        if name in row:
            colour[row[name]][column[symbol]] = SIGNS[state]
            text[row[name]][column[symbol]] = "" if z is None else f"{Readable(z):.1f}"
    return spec(
        [heat(colour, text, full=2.5, hover="z %{text}")],
        height=22 * len(names) + 40,
        margin={"l": 260, "r": 8, "t": 28, "b": 8},
        meta={
            "narrow": {
                "layout.margin.l": 132,
                "layout.yaxis.tickfont.size": 9,
                "layout.yaxis.ticktext": ["<br>".join(wrapped(titles[n], 24)) for n in names],
            },
            "paper": PAPER,
        },
        xaxis=category_axis(symbols, side="top"),
        yaxis=category_axis(
            [titles[name] for name in names],
            autorange="reversed",
            tickfont={"color": INK, "size": 12},
        ),
    )
