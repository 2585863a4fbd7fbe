"""What templates need beside the context: lookups that would be clumsy in a template."""

from __future__ import annotations

from typing import Any

from watchlist.report import format as fmt
from watchlist.report.facts import Row


def path_days(lines: list[Row]) -> list[int]:
    """All days of several paths, in order."""
    return sorted({day for line in lines for day in line["day"]})


def path_at(line: Row, day: int) -> Row:
    """The path and its band on one day; what is not there is None."""
    car = dict(zip(line["day"], line["car"], strict=True)).get(day)
    band = dict(zip(line["band_day"], zip(line["lo"], line["hi"], strict=True), strict=True))
    lo, hi = band.get(day, (None, None))
    return {"car": car, "lo": lo, "hi": hi}


def heatmap_cells(heatmap: dict[str, Any]) -> dict[tuple[str, str], str]:
    """Formatted cells by event and symbol; percent without the sign, as the caption says."""
    return {
        (c["event_id"], c["symbol"]): fmt.number(c["car"] * 100, 1, sign=True)
        for c in heatmap["cells"]
    }
