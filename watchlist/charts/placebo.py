"""Where an observed abnormal return stands among those of ordinary sessions."""

from __future__ import annotations

import plotly.graph_objects as go
import polars as pl

from watchlist.charts.style import BAND, DOWN, INK, MUTED, UP, axis, figure


def placebo(ordinary: pl.Series, observed: float) -> go.Figure:
    """Histogram of abnormal returns of non-event sessions, the observed one marked.

    `ordinary` and `observed` are fractions of one fit.
    """
    colour = UP if observed >= 0 else DOWN
    return figure(
        [
            go.Histogram(
                x=ordinary.round(5).to_list(),
                nbinsx=48,
                marker={"color": BAND, "line": {"color": MUTED, "width": 0.5}},
                hovertemplate="%{x}: %{y} sessions<extra></extra>",
            )
        ],
        height=210,
        margin={"l": 40, "r": 12, "t": 22, "b": 28},
        bargap=0,
        xaxis=axis(tickformat="+.0%", zeroline=False, showgrid=False, nticks=7),
        yaxis=axis(nticks=4),
        shapes=[
            {
                "type": "line",
                "x0": observed,
                "x1": observed,
                "yref": "paper",
                "y0": 0,
                "y1": 1,
                "line": {"color": colour, "width": 2.5},
            }
        ],
        annotations=[
            {
                "x": observed,
                "y": 1,
                "yref": "paper",
                "text": f"observed {observed * 100:+.1f} %".replace("-", "−"),
                "showarrow": False,
                "yanchor": "bottom",
                "xanchor": "right" if observed > float(ordinary.to_numpy().mean()) else "left",
                "font": {"size": 11, "color": INK},
            }
        ],
    )
