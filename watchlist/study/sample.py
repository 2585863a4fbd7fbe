"""What every significance test is given: N pairs, one window, the residuals they were judged by."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from watchlist.study.correlation import MeanCorrelation, mean_correlation
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

    @cached_property
    def standardized(self) -> Floats:
        """(N, M) estimation residuals over s."""
        return self.resid / self.sigma[:, None]
