"""What templates need beside the context: lookups that would be clumsy in a template."""

from __future__ import annotations

import math
from typing import Any

from watchlist.report import format as fmt
from watchlist.report.facts import Row

QUANTILES = (0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99)


def path_rows(lines: list[Row]) -> list[tuple[int, list[tuple[str, str, str]]]]:
    """Day by day, the formatted CAR and band of each line."""
    cars = [dict(zip(line["day"], line["car"], strict=True)) for line in lines]
    bands = [
        dict(zip(line["band_day"], zip(line["lo"], line["hi"], strict=True), strict=True))
        for line in lines
    ]
    out = []
    for day in sorted({day for car in cars for day in car}):
        row = []
        for car, band in zip(cars, bands, strict=True):
            lo, hi = band.get(day, (None, None))
            row.append((fmt.percent(car.get(day)), fmt.percent(lo), fmt.percent(hi)))
        out.append((day, row))
    return out


def placebo_rows(rows: list[Row]) -> list[tuple[str, list[str]]]:
    """How far ordinary days go: shares of them, and the return that so many stay below."""
    ordered = [sorted(row["ordinary"]) for row in rows]
    return [
        (fmt.percent(share, 0, sign=False), [fmt.percent(_quantile(o, share)) for o in ordered])
        for share in QUANTILES
    ]


def _quantile(ordered: list[float], share: float) -> float:
    """The smallest value that at least this share of them does not exceed."""
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def heatmap_rows(heatmap: dict[str, Any]) -> list[tuple[Row, list[str]]]:
    """Each event with its formatted cells, one a symbol; percent without the sign."""
    cells = {
        (c["event_id"], c["symbol"]): fmt.number(c["car"] * 100, 1, sign=True)
        for c in heatmap["cells"]
    }
    return [
        (event, [cells.get((event["event_id"], symbol), "") for symbol in heatmap["symbols"]])
        for event in heatmap["events"]
    ]
