"""Mean effects with their intervals, one line a category."""

from __future__ import annotations

from watchlist.charts.style import (
    DOWN,
    INK,
    MUTED,
    UP,
    Columns,
    Spec,
    axis,
    rounded,
    spec,
    trace,
)

ROW_HEIGHT = 34


def forest(rows: Columns) -> Spec:
    """Point and 95 % interval for each row, top first; an open circle has no interval.

    Parameters
    ----------
    rows
        Columns `value` (label), `estimate`, `lo`, `hi` (fractions; null without an interval),
        `pairs`, `dates`.
    """
    values, dates = list(rows["value"]), list(rows["dates"])
    place = list(range(len(values)))
    estimate = rounded(rows["estimate"])
    lo, hi = list(rows["lo"]), list(rows["hi"])
    bounded = [a is not None and b is not None for a, b in zip(lo, hi, strict=True)]
    colours = [DOWN if value is not None and value < 0 else UP for value in estimate]
    bars = trace(
        "scatter",
        x=[v for a, b, ok in zip(lo, hi, bounded, strict=True) if ok for v in (a, b, None)],
        y=[v for n, ok in zip(place, bounded, strict=True) if ok for v in (n, n, None)],
        mode="lines",
        line={"color": MUTED, "width": 2},
        hoverinfo="skip",
    )
    dots = trace(
        "scatter",
        x=estimate,
        y=place,
        mode="markers",
        marker={
            "color": colours,
            "size": 10,
            "symbol": ["circle" if ok else "circle-open" for ok in bounded],
        },
        text=[
            f"{value}: {pairs} pairs on {on} dates"
            for value, pairs, on in zip(values, rows["pairs"], dates, strict=True)
        ],
        hovertemplate="%{text}<br>%{x:+.1%}<extra></extra>",
    )
    labels = [f"{value}  ({on})" for value, on in zip(values, dates, strict=True)]
    return spec(
        [bars, dots],
        height=ROW_HEIGHT * len(values) + 48,
        margin={"l": 150, "r": 16, "t": 8, "b": 32},
        xaxis=axis(tickformat=".0%", zeroline=True, nticks=6, range=_span(estimate, lo, hi)),
        yaxis=axis(
            tickvals=place,
            ticktext=labels,
            showgrid=False,
            zeroline=False,
            tickfont={"color": INK, "size": 12},
            range=[len(values) - 0.5, -0.5],
        ),
    )


def _span(*columns: list[float | None]) -> list[float]:
    """The range of everything drawn and zero, with some air."""
    drawn = [0.0, *(value for column in columns for value in column if value is not None)]
    air = 0.06 * (max(drawn) - min(drawn) or 1.0)
    return [min(drawn) - air, max(drawn) + air]
