"""True size and power of every test: does 5 % mean 5 % on these stocks?"""

from __future__ import annotations

import plotly.graph_objects as go
import polars as pl

from watchlist.charts.style import BAND, DOWN, INK, MUTED, UP, axis, figure

ROW_HEIGHT = 22


def calibration(table: pl.DataFrame, *, scope: str, first_day: int, last_day: int) -> go.Figure:
    """One line a test, nearest to its nominal level first.

    A full dot is the share of true nulls rejected, orange where that is more than two Monte Carlo
    standard errors above the nominal level (the shaded strip is within two); an open dot is the
    share of planted effects found.

    Parameters
    ----------
    table
        Columns of the view `calibrations` (without design_hash and as_of): `scope`, `test`,
        `setting`, `first_day`, `last_day`, `nominal`, `rejected`, `repetitions`.
    """
    here = table.filter(scope=scope, first_day=first_day, last_day=last_day)
    null = here.filter(setting="null").sort((pl.col("rejected") - pl.col("nominal")).abs())
    tests = null["test"].to_list()
    place = {test: n for n, test in enumerate(tests)}
    if not tests:
        return figure([], height=ROW_HEIGHT + 60)
    nominal, repetitions = float(null["nominal"][0]), int(null["repetitions"].max() or 1)  # type: ignore[arg-type]
    slack = 2.0 * (nominal * (1.0 - nominal) / repetitions) ** 0.5
    size = null["rejected"].to_list()
    traces: list[go.Scatter] = []
    for setting, part in here.filter(pl.col("setting") != "null").group_by(
        "setting", maintain_order=True
    ):
        traces.append(
            go.Scatter(
                x=part["rejected"].to_list(),
                y=[place[test] for test in part["test"]],
                mode="markers",
                marker={"symbol": "circle-open", "size": 9, "color": MUTED},
                name=str(setting[0]),
                hovertemplate=f"{setting[0]}: found %{{x:.0%}}<extra></extra>",
            )
        )
    traces.append(
        go.Scatter(
            x=size,
            y=list(range(len(tests))),
            mode="markers",
            marker={
                "size": 10,
                "color": [DOWN if share > nominal + slack else UP for share in size],
            },
            name="null",
            text=tests,
            hovertemplate="%{text}: true null rejected %{x:.1%}<extra></extra>",
        )
    )
    return figure(
        traces,
        height=ROW_HEIGHT * len(tests) + 64,
        margin={"l": 150, "r": 16, "t": 8, "b": 40},
        shapes=[
            {
                "type": "rect",
                "yref": "paper",
                "y0": 0,
                "y1": 1,
                "x0": max(nominal - slack, 0.0),
                "x1": nominal + slack,
                "fillcolor": BAND,
                "line": {"width": 0},
                "layer": "below",
            }
        ],
        xaxis=axis(
            tickformat=".0%",
            range=[-0.02, 1.02],
            nticks=11,
            title={"text": "share rejected: full = nothing happened, open = planted"},
        ),
        yaxis=axis(
            tickvals=list(range(len(tests))),
            ticktext=tests,
            showgrid=False,
            zeroline=False,
            tickfont={"color": INK, "size": 11},
            range=[len(tests) - 0.5, -0.5],
        ),
    )
