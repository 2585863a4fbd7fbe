"""What every significance test is given: N pairs, one window, and how much they move together.

The Kolari-Pynnönen correction stands or falls with which pairs are compared and how their
residuals are aligned. Residuals are always compared in the *same calendar session*; the variants of
r̄, the mean correlation:

shared-date (ours)
    pairs whose event falls on the same date, where the event windows really share their shocks.
calendar-overlap
    every pair whose estimation windows share a session.
calendar-all
    the same sum, but over all pairs: those that share no session count as 0.
relative-day
    row by row of the estimation window, whatever the calendar: right only for one common date, in
    the literature for comparison.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from watchlist.study.design import Correlation

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


class Outcome(NamedTuple):
    """What a test says. NaN where a part does not exist for it; `note` says why p is NaN."""

    estimate: float
    se: float
    statistic: float
    df: float
    """Degrees of freedom; inf = normal, NaN = no reference law (resampling)."""
    p: float
    """Two-sided."""
    note: str | None = None


@dataclass(frozen=True)
class Sample:
    """N pairs under one test. `window` may be one day of a longer event window."""

    ar: Floats
    """(N, W) abnormal returns of the whole event window: the rows that rank tests rank."""
    tested: slice
    """Columns of `ar` under test; all of them for a window."""
    car: Floats
    """(N,) over the tested days."""
    se: Floats
    """(N,) forecast standard error of car."""
    scar: Floats
    """(N,) car / se"""
    resid: Floats
    """(N, M) estimation residuals, NaN = row not used."""
    sigma: Floats
    """(N,) residual standard deviation."""
    observations: Ints
    """(N,) estimation rows used."""
    parameters: int
    """k"""
    dates: Ints
    """(N,) session row of day 0."""
    convention: Correlation = "shared-date"
    known_correlation: MeanCorrelation | None = None
    """r̄ of these residuals, where it was worked out before: it is the same for every window."""
    draws: int = 9_999
    seed: int = 0

    @property
    def n(self) -> int:
        """N"""
        return len(self.car)

    @property
    def length(self) -> int:
        """L: days under test."""
        return len(range(*self.tested.indices(self.ar.shape[1])))

    @cached_property
    def days(self) -> int:
        """Distinct dates."""
        return len(set(self.dates.tolist()))

    @property
    def clustered(self) -> bool:
        """Whether two pairs share a date."""
        return self.days < self.n

    @cached_property
    def share_up(self) -> float:
        """Share of the pairs with a CAR above zero."""
        return float((self.car > 0).mean())

    @cached_property
    def correlation(self) -> MeanCorrelation:
        """r̄ of the estimation residuals."""
        if self.known_correlation is not None:
            return self.known_correlation
        return mean_correlation(self.resid, self.dates, self.convention)

    @cached_property
    def expected_variance(self) -> float:
        """Variance of SCAR when nothing happened: mean of (M-k)/(M-k-2), Patell's correction."""
        freedom = self.observations - float(self.parameters)
        return float(np.mean(freedom / (freedom - 2.0)))

    @cached_property
    def variance_ratio(self) -> float:
        """Event over estimation variance: Var(SCAR) across firms / ((1 - r̄)(M-k)/(M-k-2)).

        About 1 when the event moves the mean only; NaN with fewer than three pairs.
        """
        if self.n < 3:
            return math.nan
        spread = float(np.var(self.scar, ddof=1))
        unexplained = 1.0 - self.correlation.inflating
        return spread / (unexplained * self.expected_variance) if unexplained > 0 else math.nan

    @cached_property
    def memo(self) -> dict[str, tuple[Floats, Floats]]:
        """Steps that several tests share, kept by name."""
        return {}

    @cached_property
    def share_positive(self) -> float:
        """Mean over pairs of the share of positive estimation residuals."""
        positive, seen = self.resid > 0, self.observations
        if self.n and (seen == seen[0]).all():
            # one count for all is faster than one a pair
            return np.count_nonzero(positive) / (self.n * max(int(seen[0]), 1))
        return float(np.mean(positive.sum(axis=1, dtype=np.uint16) / np.maximum(seen, 1)))


BATCH_NUMBERS = 240_000
"""Residuals of so many days and pairs are correlated in one product; fits the cache."""


@dataclass(frozen=True)
class MeanCorrelation:
    """r̄ and what it means for the variance of a mean over all N pairs."""

    r_bar: float
    """Mean correlation over the `compared` pairs of pairs; 0 when none can be compared."""
    compared: int
    """Pairs of pairs that were compared."""
    inflating: float
    """The r̄ that enters 1 + (N-1) r̄: over all N(N-1)/2 with 0 for pairs on different dates under
    shared-date, equal to `r_bar` under the other conventions."""


def mean_correlation(
    resid: Floats, dates: Ints, convention: Correlation = "shared-date"
) -> MeanCorrelation:
    """Mean pairwise correlation of estimation residuals.

    Parameters
    ----------
    resid : (N, M), NaN = row not used
    dates : (N,) session row of day 0; estimation windows lie equally far before it
    """
    n = len(resid)
    everything = n * (n - 1) // 2
    if everything == 0:
        return MeanCorrelation(0.0, 0, 0.0)
    if convention == "shared-date":
        total, compared = _within_dates(resid, dates)
        if not compared:
            return MeanCorrelation(0.0, 0, 0.0)
        return MeanCorrelation(total / compared, compared, total / everything)
    if convention == "relative-day":
        total, compared = _all_pairs(resid)
    else:
        total, compared = _all_pairs(_on_calendar(resid, dates))
        if convention == "calendar-all":
            compared = everything
    r_bar = total / compared if compared else 0.0
    return MeanCorrelation(r_bar, compared, r_bar)


def _within_dates(resid: Floats, dates: Ints) -> tuple[float, int]:
    """Sum and number of the correlations within each date."""
    order = np.argsort(dates, kind="stable")
    _, start, size = np.unique(dates[order], return_index=True, return_counts=True)
    total, compared = 0.0, 0
    for count in np.unique(size[size > 1]).tolist():
        # dates with equally many pairs go together: thousands of small products are one large one
        first = start[size == count]
        each = max(1, BATCH_NUMBERS // (count * resid.shape[1]))
        for begin in range(0, len(first), each):
            groups = _taken(resid, order[first[begin : begin + each, None] + np.arange(count)])
            means = groups @ np.full(groups.shape[2], 1.0 / groups.shape[2])
            if np.isfinite(means).all():
                some, number = _from_unit_sums(groups, means), means.size * (count - 1) // 2
            else:
                some, number = _all_pairs(groups)
            total, compared = total + some, compared + number
    return total, compared


def _taken(resid: Floats, rows: Ints) -> Floats:
    """`resid[rows]`, not copied where rows lie one after another, as pairs sorted by date do."""
    flat = rows.ravel()
    if (flat[1:] - flat[:-1] == 1).all():
        return resid[flat[0] : flat[-1] + 1].reshape(*rows.shape, -1)
    return np.asarray(resid[rows])


def _from_unit_sums(groups: Floats, means: Floats) -> float:
    """Sum of the correlations within G groups of N complete rows, no pair ever formed.

    The sum over the pairs of a group is (|Σ u|² - N) / 2 with the unit vectors u = w (x - x̄),
    w² = 1 / (Σx² - M x̄²): residuals of a fit have means near zero, so nothing cancels.

    Parameters
    ----------
    groups : (G, N, M)
    means : (G, N) of the rows
    """
    weight = 1.0 / np.sqrt(np.vecdot(groups, groups) - groups.shape[2] * means**2)
    sums = (weight[:, None, :] @ groups)[:, 0] - np.vecdot(weight, means)[:, None]
    return float(np.vdot(sums, sums) - means.size) / 2.0


def _all_pairs(resid: Floats) -> tuple[float, int]:
    """Sum and number of pairwise-complete correlations; fewer than 3 common rows is no pair.

    Parameters
    ----------
    resid : (N, M), or (G, N, M) for the pairs within each of G groups
    """
    known = np.isfinite(resid)
    value, there = np.where(known, resid, 0.0), known.astype(float)
    n = there @ _turned(there)
    with np.errstate(divide="ignore", invalid="ignore"):
        mean_i = value @ _turned(there) / n
        mean_j = _turned(mean_i)
        cross = value @ _turned(value) / n - mean_i * mean_j
        square = (value * value) @ _turned(there) / n
        variance = square - mean_i * mean_i
        r = cross / np.sqrt(variance * _turned(variance))
    upper = np.triu(np.isfinite(r) & (n >= 3), k=1)
    return float(r[upper].sum()), int(upper.sum())


def _turned(values: Floats) -> Floats:
    return np.swapaxes(values, -1, -2)


def _on_calendar(resid: Floats, dates: Ints) -> Floats:
    """(N, sessions) residuals placed at their calendar session."""
    rows, width = resid.shape
    first = int(dates.min())
    out = np.full((rows, int(dates.max()) - first + width), np.nan)
    at = (dates - first)[:, None] + np.arange(width)
    np.put_along_axis(out, at, resid, axis=1)
    return out
