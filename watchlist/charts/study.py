"""Charts of event studies: paths, effects by event and by category, ordinary days, test sizes."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from watchlist.charts.style import (
    BAND,
    DOWN,
    INK,
    MUTED,
    PAPER,
    UP,
    Columns,
    Spec,
    axis,
    category_axis,
    heat,
    line,
    note,
    rounded,
    shortened,
    side,
    spec,
    trace,
)
from watchlist.formatting import Readable

if TYPE_CHECKING:
    import plotly.graph_objects as go
    import polars as pl

FULL_COLOUR = 4.0
"""Standard errors at which a cell of the heatmap has its full colour."""

BINS = 60
"""Bars of a placebo histogram."""

NULL = "null"
"""The setting of a calibration in which nothing was planted."""


def car_path(path: Columns, band: Columns, *, narrow: bool = True) -> Spec:
    """CAR by session from day 0, over the band in which 95 of 100 non-event paths lie.

    Parameters
    ----------
    path
        Columns `day` (sessions from day 0) and `car` (fraction; null where no return was).
    band
        Columns `day`, `lo`, `hi` (fractions); may be empty.
    narrow
        Whether the chart is one of several in a row.
    """
    days, car = list(path["day"]), rounded(path["car"])
    edge = {"mode": "lines", "line": {"width": 0}, "hoverinfo": "skip"}
    known = [(day, value) for day, value in zip(days, car, strict=True) if value is not None]
    colour = side(known[-1][1] if known else None)
    traces = []
    if band_days := list(band["day"]):
        fill = {"fill": "tonexty", "fillcolor": BAND}
        traces += [
            trace("scatter", x=band_days, y=rounded(band["hi"]), **edge),
            trace("scatter", x=band_days, y=rounded(band["lo"]), **edge, **fill),
        ]
    traces.append(
        trace(
            "scatter",
            x=days,
            y=car,
            mode="lines",
            line={"color": colour, "width": 2.25},
            hovertemplate="day %{x}: %{y:+.1%}<extra></extra>",
        )
    )
    if known:
        end = {"mode": "markers", "marker": {"color": colour, "size": 7}, "hoverinfo": "skip"}
        traces.append(trace("scatter", x=[known[-1][0]], y=[known[-1][1]], **end))
    label = note(0, "day 0", xanchor="left", xshift=4, yanchor="top")
    return spec(
        traces,
        height=210 if narrow else 260,
        margin={"l": 46, "r": 10, "t": 6, "b": 28 if narrow else 46},
        hovermode="x",
        xaxis=axis(
            showgrid=False,
            zeroline=False,
            range=[min(days, default=-10) - 0.5, 20.5],
            tickvals=[-10, -5, 0, 5, 10, 15, 20],
            title=None if narrow else {"text": "sessions from day 0"},
        ),
        yaxis=axis(tickformat=".0%", nticks=5),
        shapes=[line(x=0, color=MUTED, width=1, dash="dot")],
        annotations=[] if narrow else [label],
    )


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
    estimate, lo, hi = rounded(rows["estimate"]), list(rows["lo"]), list(rows["hi"])
    bounded = [a is not None and b is not None for a, b in zip(lo, hi, strict=True)]
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
            "color": [side(value) for value in estimate],
            "size": 10,
            "symbol": ["circle" if ok else "circle-open" for ok in bounded],
        },
        text=[
            f"{value}: {pairs} pairs on {on} dates"
            for value, pairs, on in zip(values, rows["pairs"], dates, strict=True)
        ],
        hovertemplate="%{text}<br>%{x:+.1%}<extra></extra>",
    )
    drawn = [0.0, *(value for value in (*estimate, *lo, *hi) if value is not None)]
    air = 0.06 * (max(drawn) - min(drawn) or 1.0)
    return spec(
        [bars, dots],
        height=34 * len(values) + 48,
        margin={"l": 150, "r": 16, "t": 8, "b": 32},
        xaxis=axis(
            tickformat=".0%", zeroline=True, nticks=6, range=[min(drawn) - air, max(drawn) + air]
        ),
        yaxis=category_axis(
            [f"{value}  ({on})" for value, on in zip(values, dates, strict=True)],
            tickfont={"color": INK, "size": 12},
            range=[len(values) - 0.5, -0.5],
        ),
    )


def heatmap(cells: Columns, events: Columns, symbols: list[str]) -> Spec:
    """One cell a pair: the number is the abnormal return, the colour its standard errors.

    Parameters
    ----------
    cells
        Columns `event_id`, `symbol`, `car` (fraction), `scar`; one row a pair at most.
    events
        Columns `event_id`, `title`, `day0` (ISO date), the row order of the chart, top first.
    symbols
        The column order.
    """
    column = {symbol: n for n, symbol in enumerate(symbols)}
    row = {event_id: n for n, event_id in enumerate(events["event_id"])}
    dates = [str(day0) for day0 in events["day0"]]
    z: list[list[float | None]] = [[None] * len(symbols) for _ in row]
    text = [[""] * len(symbols) for _ in row]
    short = [[""] * len(symbols) for _ in row]
    names = ("event_id", "symbol", "car", "scar")
    for event_id, symbol, car, scar in zip(*(cells[name] for name in names), strict=True):
        if event_id not in row or symbol not in column:
            continue
        at, over = row[event_id], column[symbol]
        z[at][over] = None if scar is None else round(max(-FULL_COLOUR, min(FULL_COLOUR, scar)), 2)
        text[at][over] = f"{Readable(car * 100):+.{1 if abs(car) < 1 else 0}f}"
        short[at][over] = f"{Readable(car * 100):+.0f}"
    # what Plotly would read as markup becomes what looks like it
    look_alike = str.maketrans("<>&", "‹›＆")
    titles = [shortened(title.translate(look_alike), 40) for title in events["title"]]
    return spec(
        [heat(z, text, full=FULL_COLOUR, hover="%{text} % · %{z:+.1f} standard errors")],
        height=24 * len(row) + 60,
        margin={"l": 340, "r": 8, "t": 28, "b": 8},
        meta={
            "narrow": {
                "layout.margin.l": 74,
                "layout.margin.t": 52,
                "layout.xaxis.tickangle": -90,
                "data.0.text": short,
                "data.0.textfont.size": 9,
                "layout.yaxis.ticktext": dates,
            },
            "paper": PAPER,
        },
        xaxis=category_axis(symbols, side="top", showline=False, ticks=""),
        yaxis=category_axis(
            [f"{day0}  {title}" for day0, title in zip(dates, titles, strict=True)],
            autorange="reversed",
            showline=False,
            ticks="",
        ),
    )


def placebo(ordinary: Iterable[float], observed: float) -> Spec:
    """Histogram of abnormal returns of non-event sessions, the observed one marked.

    `ordinary` and `observed` are fractions of one fit. Bins are counted here, so that a page does
    not carry a thousand numbers for fifty bars.
    """
    values = np.fromiter(ordinary, np.float64)
    counts, centres, width = _bins(values, observed)
    return spec(
        [
            trace(
                "bar",
                x=centres,
                y=counts,
                width=width,
                marker={"color": BAND, "line": {"color": MUTED, "width": 0.5}},
                hovertemplate="%{x:+.1%}: %{y} sessions<extra></extra>",
            )
        ],
        height=210,
        margin={"l": 40, "r": 12, "t": 22, "b": 28},
        bargap=0,
        xaxis=axis(tickformat=".0%", zeroline=False, showgrid=False, nticks=7),
        yaxis=axis(nticks=4),
        shapes=[line(x=observed, color=side(observed), width=2.5)],
        annotations=[
            note(
                observed,
                f"observed {Readable(observed * 100):+.1f} %",
                yanchor="bottom",
                xanchor="right" if observed > float(values.mean()) else "left",
            )
        ],
    )


def _bins(values: NDArray[np.float64], observed: float) -> tuple[list[int], list[float], float]:
    """Counts, centres and width of equal bins that reach to the observed value."""
    low, high = min(float(values.min()), observed), max(float(values.max()), observed)
    counts, edges = np.histogram(values, bins=BINS, range=(low, high or low + 1e-6))
    width = float(edges[1] - edges[0])
    return counts.tolist(), (edges[:-1] + width / 2).round(5).tolist(), width


def monte_carlo_margin(nominal: float, repetitions: int) -> float:
    """Two Monte Carlo standard errors of a share rejected, 2·√(p(1 − p)/R).

    A test that rejects more than `nominal` plus this rejects a true null too often.
    """
    return 2.0 * math.sqrt(nominal * (1.0 - nominal) / repetitions)


def calibration_sizes(rows: Columns, *, titled: bool = True) -> Spec:
    """Does 5 % mean 5 % on these stocks? One line a test, in the order of `rows`.

    A full dot is the share of true nulls rejected, orange where that is more than two Monte Carlo
    standard errors above the nominal level (the shaded strip is within two); an open dot is the
    share of planted effects found.

    Parameters
    ----------
    rows
        Columns `test` (what stands beside the line), `setting` ("null" or what was planted),
        `nominal`, `rejected` (fractions), `repetitions`.
    titled
        Whether the axis says what the dots are; else the words around the chart do.
    """
    names = ("test", "setting", "nominal", "rejected", "repetitions")
    table = list(zip(*(rows[name] for name in names), strict=True))
    null = [row for row in table if row[1] == NULL]
    place = {row[0]: n for n, row in enumerate(null)}
    if not null:
        return spec([], height=82)
    nominal = float(null[0][2])
    margin = monte_carlo_margin(nominal, max(row[4] for row in null))
    traces: list[Any] = []
    for setting in dict.fromkeys(row[1] for row in table if row[1] != NULL):
        planted = [row for row in table if row[1] == setting and row[0] in place]
        traces.append(
            trace(
                "scatter",
                x=[row[3] for row in planted],
                y=[place[row[0]] for row in planted],
                mode="markers",
                marker={"symbol": "circle-open", "size": 9, "color": MUTED},
                name=str(setting),
                hovertemplate=f"{setting}: found %{{x:.0%}}<extra></extra>",
            )
        )
    traces.append(
        trace(
            "scatter",
            x=[row[3] for row in null],
            y=list(place.values()),
            mode="markers",
            marker={
                "size": 10,
                "color": [DOWN if row[3] > nominal + margin else UP for row in null],
            },
            name=NULL,
            text=list(place),
            hovertemplate="%{text}: true null rejected %{x:.1%}<extra></extra>",
        )
    )
    strip = {"x0": max(nominal - margin, 0.0), "x1": nominal + margin, "yref": "paper"}
    title = {"text": "share rejected: full = nothing happened, open = planted"}
    return spec(
        traces,
        height=22 * len(null) + (64 if titled else 44),
        margin={"l": 150 if titled else 164, "r": 16, "t": 8, "b": 40 if titled else 28},
        shapes=[
            {"type": "rect", "y0": 0, "y1": 1, **strip, "fillcolor": BAND, "line": {"width": 0}}
            | {"layer": "below"}
        ],
        xaxis=axis(
            tickformat=".0%",
            range=[-0.03, 1.04],
            nticks=11 if titled else 6,
            title=title if titled else None,
        ),
        yaxis=category_axis(
            list(place),
            tickfont={"color": INK, "size": 11 if titled else 10},
            range=[len(null) - 0.5, -0.5],
        ),
    )


def calibration(table: pl.DataFrame, *, scope: str, first_day: int, last_day: int) -> go.Figure:
    """Every test of one scope and window, nearest to its nominal level first.

    Parameters
    ----------
    table
        Columns of the view `calibrations` (without design_hash and as_of): `scope`, `test`,
        `setting`, `first_day`, `last_day`, `nominal`, `rejected`, `repetitions`.
    """
    import plotly.graph_objects as go

    here = table.filter(scope=scope, first_day=first_day, last_day=last_day).to_dicts()
    null = [row for row in here if row["setting"] == NULL]
    error = {row["test"]: abs(row["rejected"] - row["nominal"]) for row in null}
    ordered = sorted(here, key=lambda row: (row["setting"] != NULL, error.get(row["test"], 0.0)))
    columns = {name: [row[name] for row in ordered] for name in table.columns}
    return go.Figure(calibration_sizes(columns))
