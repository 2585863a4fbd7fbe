"""The event study: returns and dated events in, effects with honest p-values out.

Pure: arrays and frames in, frozen values and frames out. No clock, network, file or database.

    from watchlist.study import StudyDesign, event_study

    design = StudyDesign(factors=("SPY",), windows=((0, 0), (-1, 1)))
    result = event_study(returns, events, design, tests="all")
    result.effects     # one row a pair and window: car, se, scar, p-values, detectable effect
    result.tests       # one row a group, window and test, with r̄, variance ratio and warning
    result.drops       # what is not in the study, and why

`returns` is a frame of symbol, session, ret; `events` of event_id, symbol, day0 and, where groups
are wanted, category, minerals, relation, chain_stage, direction.

Array conventions, the same in every module here:

- `T` sessions ascending, `S` securities, `P` pairs (event x security), `N` pairs under one test,
  `M` estimation rows, `L` days of an event window, `K` factors (the intercept not counted),
  `G` distinct event dates.
- A panel is dense: `returns[t, s]` has **rows = sessions, columns = securities**.
- A pair is two integers: `rows[p]`, the session row of day 0, and `cols[p]`, the security's column.
  Pairs on one date have one `rows` value.
- `resid[p, :]` are the M estimation residuals, oldest first; `ar[p, :]` the abnormal returns of
  the event days, first day first; `car[p]`, `scar[p]` one number a pair; `dates[p]` an integer
  that is equal for pairs on one date.
- **NaN = missing**, and nothing else: a bar that is not there, a row masked out. Never
  zero-filled. Functions skip NaN rows and say how many rows they used.
- Returns are simple and fractions. Everything is float64; randomness comes from an explicit
  `numpy.random.Generator`.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from watchlist.study.design import StudyDesign
    from watchlist.study.panel import Panel, panel_from_frame
    from watchlist.study.run import StudyResult, event_study
    from watchlist.study.significance import TESTS, SignificanceTest

__all__ = [
    "TESTS",
    "Panel",
    "SignificanceTest",
    "StudyDesign",
    "StudyResult",
    "event_study",
    "panel_from_frame",
]

_HOME = {
    "TESTS": "significance",
    "Panel": "panel",
    "SignificanceTest": "significance",
    "StudyDesign": "design",
    "StudyResult": "run",
    "event_study": "run",
    "panel_from_frame": "panel",
}


def __getattr__(name: str) -> Any:
    """Load the public names when they are first used: parts of the study are used alone."""
    if name in _HOME:
        return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
