"""The path of a cumulative abnormal return against the paths of ordinary days."""

from __future__ import annotations

from watchlist.charts.style import (
    BAND,
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

HEIGHT = 210


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
    band_days = list(band["day"])
    traces = []
    if band_days:
        traces += [
            trace(
                "scatter",
                x=band_days,
                y=rounded(band["hi"]),
                mode="lines",
                line={"width": 0},
                hoverinfo="skip",
            ),
            trace(
                "scatter",
                x=band_days,
                y=rounded(band["lo"]),
                mode="lines",
                line={"width": 0},
                fill="tonexty",
                fillcolor=BAND,
                hoverinfo="skip",
            ),
        ]
    known = [(day, value) for day, value in zip(days, car, strict=True) if value is not None]
    colour = UP if not known or known[-1][1] >= 0 else DOWN
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
        traces.append(
            trace(
                "scatter",
                x=[known[-1][0]],
                y=[known[-1][1]],
                mode="markers",
                marker={"color": colour, "size": 7},
                hoverinfo="skip",
            )
        )
    return spec(
        traces,
        height=HEIGHT if narrow else 260,
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
        shapes=[
            {
                "type": "line",
                "x0": 0,
                "x1": 0,
                "yref": "paper",
                "y0": 0,
                "y1": 1,
                "line": {"color": MUTED, "width": 1, "dash": "dot"},
            }
        ],
        annotations=[]
        if narrow
        else [
            {
                "x": 0,
                "y": 1,
                "yref": "paper",
                "text": "day 0",
                "showarrow": False,
                "xanchor": "left",
                "xshift": 4,
                "yanchor": "top",
                "font": {"size": 11, "color": INK},
            }
        ],
    )
