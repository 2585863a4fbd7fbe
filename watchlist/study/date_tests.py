"""Tests of a group of pairs whose independent unit is the date: the lines of the study's tables."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from watchlist.study import dates, power
from watchlist.study.design import StudyDesign
from watchlist.study.pairs import Pairs
from watchlist.study.panel import Axes, Panel
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
    factors: Panel,
    axes: Axes,
    pairs: Pairs,
    returns: Floats,
    members: Ints,
    design: StudyDesign,
    window: tuple[int, int],
) -> Line | None:
    """Alpha of the portfolio that holds each security through its event windows, times L.

    Against the factors that all pairs share; None when there are none to share. Scaled by the
    window's length so that it stands beside mean CARs.

    Parameters
    ----------
    factors : panel that holds the pairs' factors, by name
    returns : (P, E) raw returns of the event days
    """
    columns = pairs.factors[members]
    common = [axes.symbols[column[0]] for column in columns.T if (column == column[0]).all()]
    if design.subject != "returns" or not common:
        return None
    total, days = len(axes.sessions), np.arange(window[0], window[1] + 1)
    held = returns[np.ix_(members, days - design.event_days[0])]
    session = pairs.rows[members][:, None] + days
    # a security that is in two windows on one session is held once
    place = session * len(axes.symbols) + pairs.cols[members][:, None]
    _, once = np.unique(np.where(np.isfinite(held), place, -1), return_index=True)
    portfolio = dates.calendar_time_portfolio(held.ravel()[once], session.ravel()[once], total)
    market = factors.returns[:, [factors.column(name) for name in common]]
    test = dates.calendar_time_alpha(portfolio, market)
    length = window[1] - window[0] + 1
    out = Outcome(test.estimate * length, test.se * length, test.statistic, test.df, test.p)
    note = f"{test.dates} sessions with a member; the estimate is alpha times {length}"
    return Line(test.test, False, out, math.nan, (note, test.warning))


def _outcome(test: dates.DateTest) -> Outcome:
    return Outcome(test.estimate, test.se, test.statistic, test.df, test.p)
