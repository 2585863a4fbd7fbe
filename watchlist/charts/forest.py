"""Mean effects with their intervals, one line a category."""

from __future__ import annotations

import polars as pl

from watchlist.charts.style import DOWN, INK, MUTED, UP, Spec, axis, spec, trace

ROW_HEIGHT = 34


def forest(rows: pl.DataFrame) -> Spec:
    """Point and 95 % interval for each row, top first; an open circle has no interval.

    Parameters
    ----------
    rows
        Columns `value` (label), `estimate`, `lo`, `hi` (fractions; null without an interval),
        `pairs`, `dates`.
    """
    place = list(range(rows.height))
    estimate = rows["estimate"].round(5).to_list()
    lo, hi = rows["lo"].to_list(), rows["hi"].to_list()
    bounded = [a is not None and b is not None for a, b in zip(lo, hi, strict=True)]
    colours = [UP if value >= 0 else DOWN for value in estimate]
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
            f"{value}: {pairs} pairs on {dates} dates"
            for value, pairs, dates in rows.select("value", "pairs", "dates").iter_rows()
        ],
        hovertemplate="%{text}<br>%{x:+.1%}<extra></extra>",
    )
    labels = [f"{value}  ({dates})" for value, dates in rows.select("value", "dates").iter_rows()]
    return spec(
        [bars, dots],
        height=ROW_HEIGHT * rows.height + 48,
        margin={"l": 150, "r": 16, "t": 8, "b": 32},
        xaxis=axis(tickformat=".0%", zeroline=True, nticks=6, range=_span(estimate, lo, hi)),
        yaxis=axis(
            tickvals=place,
            ticktext=labels,
            showgrid=False,
            zeroline=False,
            tickfont={"color": INK, "size": 12},
            range=[rows.height - 0.5, -0.5],
        ),
    )


def _span(*columns: list[float | None]) -> list[float]:
    """The range of everything drawn and zero, with some air."""
    drawn = [0.0, *(value for column in columns for value in column if value is not None)]
    air = 0.06 * (max(drawn) - min(drawn) or 1.0)
    return [min(drawn) - air, max(drawn) + air]
