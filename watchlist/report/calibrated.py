"""What calibration measured of the tests: whether 5 % is 5 % on these stocks."""

from __future__ import annotations

from typing import Any

from watchlist.charts.study import NULL, monte_carlo_margin
from watchlist.report import format as fmt
from watchlist.report.facts import Facts, Row, group
from watchlist.report.studies import MAIN_WINDOW, headline

OF_PAIRS = ("pair-t", "pair-sq")
"""Calibrations of the p-values of one pair: by t, and by rank among ordinary days."""

_OVER = {"event": "one event", "all": "all events"}


def calibration(facts: Facts) -> dict[str, Any] | None:
    """The newest calibration, of the headline study where several were calibrated; None without.

    `rows` has every test of the main window (or of the first one that was measured), `own` the
    tests whose p-values this report prints.
    """
    if not facts.calibrations:
        return None
    first = facts.calibrations[0]
    found = [row for row in facts.calibrations if row["design_hash"] == first["design_hash"]]
    windows = list(dict.fromkeys((row["first_day"], row["last_day"]) for row in found))
    window = MAIN_WINDOW if MAIN_WINDOW in windows else windows[0]
    rows = [_row(row) for row in found if (row["first_day"], row["last_day"]) == window]
    printed = _printed(facts)
    own = [row for row in rows if (row["scope"], row["test"]) in printed]
    return {
        "study": first["study"],
        "as_of": first["as_of"].isoformat(),
        "window": list(window),
        "windows": len(windows),
        "repetitions": max(row["repetitions"] for row in rows),
        "sentence": _sentence(rows),
        "own": own,
        "rows": rows,
    }


def _row(row: Row) -> Row:
    over = "one pair" if row["test"] in OF_PAIRS else _OVER[row["scope"]]
    margin = monte_carlo_margin(row["nominal"], row["repetitions"])
    return {
        "scope": row["scope"],
        "test": row["test"],
        "over": over,
        "label": f"{row['test']}, {over}",
        "setting": row["setting"],
        "n": row["n"],
        "nominal": row["nominal"],
        "rejected": row["rejected"],
        "repetitions": row["repetitions"],
        "too_often": row["setting"] == NULL and row["rejected"] > row["nominal"] + margin,
    }


def _printed(facts: Facts) -> set[tuple[str, str]]:
    """Scope and name of the tests whose p-values stand on pages of this session."""
    study = headline(facts)
    pooled = {
        (row["scope"], row["test"])
        for row in facts.tests
        if study is not None and row["study_id"] == study["study_id"]
    }
    return pooled | {("event", test) for test in OF_PAIRS}


def _sentence(rows: list[Row]) -> str:
    """How many tests keep their word, and which do not."""
    null = [row for row in rows if row["setting"] == NULL]
    loud = [row for row in null if row["too_often"]]
    level = fmt.percent(null[0]["nominal"], 0, sign=False) if null else fmt.DASH
    kept = f"{len(null) - len(loud)} of {len(null)} tests reject no more than chance allows"
    if not loud:
        return f"At {level}, {kept}."
    places = group(loud, "over").items()
    told = "; ".join(f"{over}: {', '.join(r['test'] for r in those)}" for over, those in places)
    return f"At {level}, {kept}. Too often on {told}."
