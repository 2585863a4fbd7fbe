"""True size and power of tests: does 5 % mean 5 % on these stocks?"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from watchlist.charts.style import BAND, DOWN, INK, MUTED, UP, Columns, Spec, axis, spec, trace

if TYPE_CHECKING:
    import plotly.graph_objects as go
    import polars as pl

ROW_HEIGHT = 22
NULL = "null"
"""The setting in which nothing was planted."""


def slack(nominal: float, repetitions: int) -> float:
    """Two Monte Carlo standard errors of a share rejected: beyond them a test cries wolf."""
    return 2.0 * math.sqrt(nominal * (1.0 - nominal) / repetitions)


def sizes(rows: Columns, *, titled: bool = True) -> Spec:
    """One line a test, in the order of `rows`.

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
        return spec([], height=ROW_HEIGHT + 60)
    nominal = float(null[0][2])
    within = slack(nominal, max(row[4] for row in null))
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
                "color": [DOWN if row[3] > nominal + within else UP for row in null],
            },
            name=NULL,
            text=list(place),
            hovertemplate="%{text}: true null rejected %{x:.1%}<extra></extra>",
        )
    )
    title = {"text": "share rejected: full = nothing happened, open = planted"}
    return spec(
        traces,
        height=ROW_HEIGHT * len(null) + (64 if titled else 44),
        margin={"l": 150 if titled else 164, "r": 16, "t": 8, "b": 40 if titled else 28},
        shapes=[
            {
                "type": "rect",
                "yref": "paper",
                "y0": 0,
                "y1": 1,
                "x0": max(nominal - within, 0.0),
                "x1": nominal + within,
                "fillcolor": BAND,
                "line": {"width": 0},
                "layer": "below",
            }
        ],
        xaxis=axis(
            tickformat=".0%",
            range=[-0.03, 1.04],
            nticks=11 if titled else 6,
            title=title if titled else None,
        ),
        yaxis=axis(
            tickvals=list(place.values()),
            ticktext=list(place),
            showgrid=False,
            zeroline=False,
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
    error = {row["test"]: abs(row["rejected"] - row["nominal"]) for row in here if _is_null(row)}
    ordered = sorted(here, key=lambda row: (not _is_null(row), error.get(row["test"], 0.0)))
    return go.Figure(sizes({name: [row[name] for row in ordered] for name in table.columns}))


def _is_null(row: dict[str, Any]) -> bool:
    return bool(row["setting"] == NULL)
