"""Where an observed abnormal return stands among those of ordinary sessions."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from watchlist.charts.style import BAND, DOWN, INK, MUTED, UP, Spec, axis, spec, trace
from watchlist.minus import Told

BINS = 60


def placebo(ordinary: Iterable[float], observed: float) -> Spec:
    """Histogram of abnormal returns of non-event sessions, the observed one marked.

    `ordinary` and `observed` are fractions of one fit. Bins are counted here, so that a page does
    not carry a thousand numbers for fifty bars.
    """
    colour = UP if observed >= 0 else DOWN
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
                "text": f"observed {Told(observed * 100):+.1f} %",
                "showarrow": False,
                "yanchor": "bottom",
                "xanchor": "right" if observed > float(values.mean()) else "left",
                "font": {"size": 11, "color": INK},
            }
        ],
    )


def _bins(values: NDArray[np.float64], observed: float) -> tuple[list[int], list[float], float]:
    """Counts, centres and width of equal bins that reach to the observed value."""
    low, high = min(float(values.min()), observed), max(float(values.max()), observed)
    counts, edges = np.histogram(values, bins=BINS, range=(low, high or low + 1e-6))
    width = float(edges[1] - edges[0])
    return counts.tolist(), (edges[:-1] + width / 2).round(5).tolist(), width
