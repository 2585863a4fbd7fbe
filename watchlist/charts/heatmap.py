"""Abnormal returns of day 0, events by symbols."""

from __future__ import annotations

from watchlist.charts.style import PAPER, Columns, Spec, axis, heat, spec
from watchlist.minus import Told

CAP = 4.0
"""Standard errors at which the colour is full."""

ROW_HEIGHT = 24
LABEL_LENGTH = 40


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
    dates = list(events["day0"])
    z: list[list[float | None]] = [[None] * len(symbols) for _ in row]
    text = [[""] * len(symbols) for _ in row]
    short = [[""] * len(symbols) for _ in row]
    for event_id, symbol, car, scar in zip(
        *(cells[name] for name in ("event_id", "symbol", "car", "scar")), strict=True
    ):
        if event_id not in row or symbol not in column:
            continue
        at, over = row[event_id], column[symbol]
        z[at][over] = None if scar is None else round(max(-CAP, min(CAP, scar)), 2)
        text[at][over] = _percent(car, 1 if abs(car) < 1 else 0)
        short[at][over] = _percent(car, 0)
    labels = [
        f"{day0}  {_short(title)}" for title, day0 in zip(events["title"], dates, strict=True)
    ]
    height = ROW_HEIGHT * len(row) + 60
    return spec(
        [heat(z, text, full=CAP, hover="%{text} % · %{z:+.1f} standard errors")],
        height=height,
        margin={"l": 340, "r": 8, "t": 28, "b": 8},
        meta={
            "narrow": {
                "layout.margin.l": 74,
                "layout.margin.t": 52,
                "layout.xaxis.tickangle": -90,
                "data.0.text": short,
                "data.0.textfont.size": 9,
                "layout.yaxis.ticktext": [str(day0) for day0 in dates],
            },
            "paper": PAPER,
        },
        xaxis=axis(
            side="top",
            tickvals=list(range(len(symbols))),
            ticktext=symbols,
            showgrid=False,
            zeroline=False,
            showline=False,
            ticks="",
        ),
        yaxis=axis(
            autorange="reversed",
            tickvals=list(range(len(row))),
            ticktext=labels,
            showgrid=False,
            zeroline=False,
            showline=False,
            ticks="",
        ),
    )


def _percent(fraction: float, digits: int) -> str:
    """Percent with a sign, which nothing has none of."""
    return f"{Told(fraction * 100):+.{digits}f}"


def _short(title: str) -> str:
    """A title on one line; markup characters are Plotly's own, so they go."""
    plain = title.replace("<", "‹").replace(">", "›").replace("&", "＆")
    return plain if len(plain) <= LABEL_LENGTH else plain[: LABEL_LENGTH - 1].rstrip() + "…"
