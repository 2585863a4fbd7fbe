"""Tests of a group of pairs whose independent unit is the date: the lines of the study's tables."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from watchlist.study import dates, power
from watchlist.study.design import StudyDesign
from watchlist.study.pairs import Pairs
from watchlist.study.panel import Panel
from watchlist.study.sample import Outcome, Sample

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


class Line(NamedTuple):
    """One test of one group and window."""

    test: str
    headline: bool
    outcome: Outcome
    mde: float = math.nan
    warnings: tuple[str | None, ...] = ()


def over_dates(sample: Sample, length: int, design: StudyDesign) -> list[Line]:
    """Ibragimov-Müller and sign-flips over the means of dates: the headline over several dates."""
    days, means = dates.date_means(sample.car, sample.dates)
    near = int((np.diff(np.sort(days)) < length).sum())
    crowd = f"{near} of {len(days)} dates follow within the window of another" if near else None
    flips = dates.sign_flips(means, seed=design.seed, draws=design.draws)
    return [
        Line(test.test, True, _outcome(test), mde, (crowd, test.warning))
        for test, mde in (
            (dates.ibragimov_mueller(means), power.mde_dates(means)),
            (flips, power.mde_sign_flips(means)),
        )
    ]


def contrast(effects: Floats, days: Ints, in_first: NDArray[np.bool_]) -> Line:
    """One group of pairs less another, within shared dates where there are any."""
    test = dates.contrast(effects, days, in_first)
    return Line(test.test, True, _outcome(test), math.nan, (test.warning,))


def calendar_time(
    panel: Panel, pairs: Pairs, members: Ints, design: StudyDesign, window: tuple[int, int]
) -> Line | None:
    """Alpha of the portfolio that holds each security through its event windows, times L.

    Against the factors that all pairs share; None when there are none to share. Scaled by the
    window's length so that it stands beside mean CARs.
    """
    columns = pairs.factors[members]
    common = [int(column[0]) for column in columns.T if (column == column[0]).all()]
    if design.subject != "returns" or not common:
        return None
    total = len(panel.sessions)
    active = np.zeros((total, len(panel.symbols)), dtype=bool)
    at = pairs.rows[members][:, None] + np.arange(window[0], window[1] + 1)
    inside = (at >= 0) & (at < total)
    cols = np.broadcast_to(pairs.cols[members][:, None], at.shape)
    active[at[inside], cols[inside]] = True
    portfolio = dates.calendar_time_portfolio(panel.returns, active)
    test = dates.calendar_time_alpha(portfolio, panel.returns[:, common])
    length = window[1] - window[0] + 1
    out = Outcome(test.estimate * length, test.se * length, test.statistic, test.df, test.p)
    note = f"{test.dates} sessions with a member; the estimate is alpha times {length}"
    return Line(test.test, False, out, math.nan, (note, test.warning))


def _outcome(test: dates.DateTest) -> Outcome:
    return Outcome(test.estimate, test.se, test.statistic, test.df, test.p)
