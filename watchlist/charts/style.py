"""One look for every chart: palette, fonts, axes, lines; and how a figure becomes JSON.

The palette is colour-blind safe (blue against orange, after Okabe and Ito) and has a twin for a
dark page; the page's script swaps one for the other, so a figure is made once.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from datetime import date
from functools import cache
from html import escape
from typing import TYPE_CHECKING, Any, Protocol

from watchlist.formatting import finite

if TYPE_CHECKING:
    import plotly.graph_objects as go

Spec = dict[str, Any]
"""A figure as Plotly's own functions take it: `{"data": [...], "layout": {...}}`. Building the
objects of `plotly.graph_objects` takes longer than all the rest of a page; a test has them
validate every figure of a report."""


class Columns(Protocol):
    """Named columns of one length: a Polars frame, or a dict of lists.

    Pages come from a twin, where columns are lists already; making a frame of each costs more than
    the figure.
    """

    def __getitem__(self, name: str, /) -> Iterable[Any]:
        """The values of one column, in order."""


INK = "#23211e"
MUTED = "#625d55"
GRID = "#e4dfd5"
UP = "#1f6a9c"
DOWN = "#b4500f"
BAND = "#ddd7ca"
PAPER = "#fdfcf9"

DARK = {
    INK: "#ece8e0",
    MUTED: "#a9a39a",
    GRID: "#37342f",
    UP: "#6cb6e6",
    DOWN: "#f0964f",
    BAND: "#3d3a34",
    PAPER: "#171614",
}
"""Each light colour and what it is on a dark page."""

DIVERGING = (
    (0.0, DOWN),
    (0.35, "#e3b48f"),
    (0.5, "#f4f1ea"),
    (0.65, "#9fc3db"),
    (1.0, UP),
)
"""Orange for below, blue for above, paper in the middle."""

FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"


def spec(traces: list[Any], *, height: int, **layout: Any) -> Spec:
    """A figure in the house style; without a template, so that its JSON stays small."""
    return {
        "data": traces,
        "layout": {
            "template": {},
            "height": height,
            "margin": {"l": 48, "r": 12, "t": 8, "b": 32},
            "paper_bgcolor": "rgba(0,0,0,0)",
            "plot_bgcolor": "rgba(0,0,0,0)",
            "font": {"family": FONT, "size": 12, "color": MUTED},
            "showlegend": False,
            "hovermode": "closest",
            "hoverlabel": {
                "bgcolor": PAPER,
                "bordercolor": GRID,
                "align": "left",
                "font": {"family": FONT, "size": 12, "color": INK},
            },
            "dragmode": False,
            **layout,
        },
    }


def figure(traces: list[Any], *, height: int, **layout: Any) -> go.Figure:
    """The same as an object of Plotly, validated: for notebooks and for changing it further."""
    import plotly.graph_objects as go

    return go.Figure(spec(traces, height=height, **layout))


def trace(kind: str, **properties: Any) -> dict[str, Any]:
    """One trace: `scatter`, `bar`, `heatmap`."""
    return {"type": kind, **properties}


def heat(
    z: list[list[float | None]], text: list[list[str]], *, full: float, hover: str
) -> dict[str, Any]:
    """Cells by row and column: orange below nought, blue above, each with its text.

    Parameters
    ----------
    full
        The value, up or down, at which the colour is full.
    """
    return trace(
        "heatmap",
        z=z,
        x=list(range(len(z[0]) if z else 0)),
        y=list(range(len(z))),
        text=text,
        texttemplate="%{text}",
        textfont={"size": 11},
        colorscale=[list(stop) for stop in DIVERGING],
        zmin=-full,
        zmax=full,
        showscale=False,
        xgap=2,
        ygap=2,
        hoverongaps=False,
        hovertemplate=f"{hover}<extra></extra>",
    )


def axis(**overrides: Any) -> dict[str, Any]:
    """A quiet axis: hairline grid, no box, no zoom by accident."""
    return {
        "gridcolor": GRID,
        "zerolinecolor": MUTED,
        "zerolinewidth": 1,
        "linecolor": GRID,
        "tickfont": {"color": MUTED, "size": 11},
        "fixedrange": True,
        **overrides,
    }


def category_axis(labels: list[str], **overrides: Any) -> dict[str, Any]:
    """An axis of names, one a whole number from 0 on, without lines of its own."""
    names = {"tickvals": list(range(len(labels))), "ticktext": labels}
    return axis(**names, showgrid=False, zeroline=False, **overrides)


def line(
    *, x: float | str | None = None, y: float | None = None, layer: str | None = None, **look: Any
) -> dict[str, Any]:
    """A line across the whole chart: upright at `x`, or level at `y`."""
    ends = (
        {"x0": x, "x1": x, "yref": "paper", "y0": 0, "y1": 1}
        if x is not None
        else {"xref": "paper", "x0": 0, "x1": 1, "y0": y, "y1": y}
    )
    return {"type": "line", **ends, "line": look, **({} if layer is None else {"layer": layer})}


def note(x: float, text: str, **place: Any) -> dict[str, Any]:
    """A word at the top of the chart, beside the line at `x`."""
    font = {"size": 11, "color": INK}
    return {"x": x, "y": 1, "yref": "paper", "text": text, "showarrow": False, "font": font} | place


def side(value: float | None) -> str:
    """The colour of a number: orange below nought."""
    return DOWN if value is not None and value < 0 else UP


def rounded(values: Iterable[float | None], digits: int = 5) -> list[float | None]:
    """Five digits of a fraction: a tenth of a basis point, far finer than a screen."""
    known = map(finite, values)
    return [None if value is None else round(value, digits) for value in known]


def shortened(text: str, length: int) -> str:
    """On one line, of at most `length` characters."""
    plain = " ".join(text.split())
    return plain if len(plain) <= length else plain[: length - 1].rstrip() + "…"


def wrapped(text: str, width: int) -> list[str]:
    """Lines of at most `width` characters, without the markup that Plotly would read in them."""
    return [escape(line, quote=False) for line in _lines(width).findall(" ".join(text.split()))]


@cache
def _lines(width: int) -> re.Pattern[str]:
    """As many whole words as fit; of a longer word, as much as fits."""
    return re.compile(rf"\S.{{0,{width - 1}}}(?=\s|$)|\S{{1,{width}}}")


def to_json(fig: Spec) -> str:
    """The figure as JSON that may stand inside a `<script>` element."""
    text = json.dumps(
        fig, ensure_ascii=False, allow_nan=False, separators=(",", ":"), default=date.isoformat
    )
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def plotly_js() -> str:
    """Plotly's own script, 4.8 MB, which draws what this Plotly writes.

    The smaller official bundles are npm packages without a Python distribution, and lag behind.
    """
    from plotly.offline import get_plotlyjs

    return str(get_plotlyjs())
