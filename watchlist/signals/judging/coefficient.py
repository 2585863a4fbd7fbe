"""The rank information coefficient, and a t that survives overlapping results."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from watchlist.signals.judging.targets import (
    centred,
    pooled_scores,
    row_ranks,
    walk_forward_scores,
)
from watchlist.signals.rolling import Floats
from watchlist.study.power import detectable_ratio
from watchlist.study.tails import student_p

CROSS_SECTION = 5
"""Symbols a session needs for a correlation across them."""
LEAST_LAG = 21
"""Sessions of memory allowed for at least: a month, since signals and volatility persist."""


@dataclass(frozen=True)
class Coefficient:
    """Mean rank information coefficient and what can be said about it."""

    ic: float
    se: float
    t: float
    df: float
    p: float
    """Two-sided, Student t with the equivalent degrees of freedom."""
    mde: float
    """Smallest |ic| found with power 0.8 at 5 %."""
    sessions: int
    observations: int
    lag: int


@dataclass(frozen=True, eq=False)
class Scores:
    """A signal as ranks, ready to be held against results."""

    across: bool
    """Ranked among the symbols of a session; else among all earlier values."""
    rank: Floats
    """(sessions, symbols), −1 to 1."""
    raw: Floats


def scores(x: Floats) -> Scores:
    """Rank a signal across symbols where most sessions have five, else among its own past."""
    per_session = np.isfinite(x).sum(axis=1)
    used = per_session[per_session > 0]
    across = bool(len(used)) and float(np.median(used)) >= CROSS_SECTION
    if across:
        rank = centred(row_ranks(x))
        rank[per_session < CROSS_SECTION] = np.nan
    else:
        rank = walk_forward_scores(x)
    return Scores(across, rank, x)


def by_session(signal: Scores, result: Floats) -> Floats:
    """(sessions,) rank correlation of signal and result; NaN where there is none.

    Across symbols: Spearman's, over the symbols that have both. Rare signals: three times the mean
    product of the two ranks, which has the same expectation (a uniform rank over −1 to 1 has
    variance 1/3).
    """
    if not signal.across:
        product = 3.0 * signal.rank * pooled_scores(np.where(np.isnan(signal.rank), np.nan, result))
        known = np.isfinite(product)
        count = known.sum(axis=1)
        total = np.where(known, product, 0.0).sum(axis=1)
        return np.where(count > 0, total / np.maximum(count, 1), np.nan)
    both = np.isfinite(signal.rank) & np.isfinite(result)
    x = row_ranks(np.where(both, signal.raw, np.nan))
    y = row_ranks(np.where(both, result, np.nan))
    count = both.sum(axis=1)
    middle = (count[:, None] - 1) / 2.0
    x, y = np.where(both, x - middle, 0.0), np.where(both, y - middle, 0.0)
    norm = np.sqrt((x * x).sum(axis=1) * (y * y).sum(axis=1))
    usable = (count >= CROSS_SECTION) & (norm > 0)
    out = np.full(len(x), np.nan)
    out[usable] = (x * y).sum(axis=1)[usable] / norm[usable]
    return out


def coefficient(series: Floats, horizon: int, observations: int) -> Coefficient:
    """Mean of the series with a standard error for overlap and gaps.

    Newey & West 1987 (Econometrica 55:703) with Bartlett weights over sessions, missing ones
    counted as missing (amplitude modulation: Datta & Du 2012, Int. Finance Disc. Paper 1060).
    The lag is twice the horizon, since Bartlett weights at the horizon itself count only two
    thirds of an overlap, and at least a month. Student t with 1.5·T/lag degrees of freedom, the
    equivalent number of the Bartlett window at frequency zero (Priestley 1981, p. 467).
    """
    known = np.isfinite(series)
    count = int(known.sum())
    lag = max(2 * horizon, LEAST_LAG)
    if count < 3:
        nan = float("nan")
        return Coefficient(nan, nan, nan, nan, nan, nan, count, observations, lag)
    first, last = np.flatnonzero(known)[[0, -1]]
    span = int(last - first) + 1
    mean = float(series[known].mean())
    e = np.where(known, series - mean, 0.0)[first : last + 1]
    independent = variance = float(e @ e)
    for k in range(1, min(lag, span - 1) + 1):
        variance += 2.0 * (1.0 - k / (lag + 1.0)) * float(e[k:] @ e[:-k])
    # few or rare values can cancel by luck: overlap never makes a mean surer than independence
    variance = max(variance, independent)
    df = max(min(count - 1.0, 1.5 * span / lag), 1.0)
    se = float(np.sqrt(variance)) / count
    t = mean / se if se > 0 else float("nan")
    return Coefficient(
        ic=mean,
        se=se,
        t=t,
        df=df,
        p=float(student_p(t, df)),
        mde=detectable_ratio(df) * se,
        sessions=count,
        observations=observations,
        lag=lag,
    )
