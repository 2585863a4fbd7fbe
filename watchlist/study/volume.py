"""Volume and volatility studies: news is traded on before, and while, the price settles.

On 2025-10-06 Trilogy Metals traded eighty times its usual volume on a price change of 0.5 %; the
price moved the next morning. A study of volume is an ordinary study with log dollar volume in the
place of returns and the market's in the place of the factor; a study of volatility asks whether
|AR| or AR² of the event days are larger than on quiet days.

Volume is autocorrelated and neither normal nor independent over days: take p from the ranks that
`abnormal_activity` and placebo days give, not from a t.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from watchlist.study.tails import normal_p

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Activity:
    """Abnormal volume or volatility of P pairs on L event days."""

    abnormal: Floats
    """(P, L) less the mean of the estimation rows."""
    ratio: Floats
    """(P, L) over the mean of the estimation rows (volatility) or exp(abnormal) (log volume)."""
    p: Floats
    """(P, L) upper-tail rank among the estimation rows, (1 + hits)/(1 + M)."""
    floor: Floats
    """(P,) the smallest p that the known rows can give."""


def log_dollar_volume(close: ArrayLike, volume: ArrayLike) -> Floats:
    """log(close × volume); NaN where either is unknown or nothing was traded.

    A session without a trade is missing, not log(0): its share is `thin.zero_share` of the volume.
    Logs tame the skew (Ajinkya & Jain 1989, J. Accounting & Economics 11:331; Campbell & Wasley
    1996, J. Financial Economics 41:309).
    """
    dollars = np.asarray(close, dtype=float) * np.asarray(volume, dtype=float)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(dollars > 0, np.log(dollars), np.nan)


def market_log_volume(log_volume: ArrayLike, *, window: int = 120) -> Floats:
    """(T, S) the market's log volume for each firm: the mean of the *other* firms' deviations.

    Deviations are from each firm's own mean of the last `window` sessions, so that a large firm
    does not rule and one that enters or leaves does not shift the level. NaN before anything can
    be compared.
    """
    v = np.asarray(log_volume, dtype=float)
    known = np.isfinite(v)
    zero = np.zeros((1, v.shape[1]))
    total = np.vstack([zero, np.cumsum(np.where(known, v, 0.0), axis=0)])
    count = np.vstack([zero, np.cumsum(known, axis=0)])
    end = np.arange(len(v))
    start = np.maximum(end - window, 0)
    past = count[end] - count[start]
    usual = np.where(past >= 10, (total[end] - total[start]) / np.maximum(past, 1), np.nan)
    deviation = v - usual
    there = np.isfinite(deviation)
    value = np.where(there, deviation, 0.0)
    others = there.sum(axis=1, keepdims=True) - there
    rest = value.sum(axis=1, keepdims=True) - value
    return np.where(others > 0, rest / np.maximum(others, 1), np.nan)


def abnormal_activity(quiet: ArrayLike, event: ArrayLike, *, logs: bool = False) -> Activity:
    """How unusually large each event day is among the pair's own estimation days.

    Give residuals of log volume with `logs=True` for a study of volume, |residuals| and |AR| for
    one of volatility.

    Parameters
    ----------
    quiet : (P, M) estimation rows; NaN is left out
    event : (P, L)
    """
    before = np.atleast_2d(np.asarray(quiet, dtype=float))
    after = np.asarray(event, dtype=float).reshape(len(before), -1)
    known = np.isfinite(before)
    m = known.sum(axis=1)
    usual = np.where(known, before, 0.0).sum(axis=1) / np.where(m > 0, m, np.nan)
    abnormal = after - usual[:, None]
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.exp(abnormal) if logs else after / usual[:, None]
    hits = (np.where(known, before, -np.inf)[:, None, :] >= after[:, :, None]).sum(axis=2)
    p = np.where(np.isfinite(after) & (m > 0)[:, None], (1.0 + hits) / (1.0 + m[:, None]), np.nan)
    return Activity(abnormal, ratio, p, 1.0 / (1.0 + m))


@dataclass(frozen=True)
class VarianceRatio:
    """Event variance over estimation variance."""

    ratio: float
    """Mean of SCAR²: 1 where the event did not change the variance."""
    n: int
    statistic: float
    p: float
    """Two-sided; of independent pairs: too small where pairs share their dates."""
    warning: str | None


def variance_ratio(scar: ArrayLike, df: ArrayLike, *, shared_dates: bool = False) -> VarianceRatio:
    """Did the variance jump? Mean squared SCAR against its expectation, with its own spread.

    Under the null SCAR is Student t with df = M - k: SCAR²·(df - 2)/df has mean 1, and
    Z = √N (mean - 1)/sd is normal for many independent pairs. The mean effect is left in: a common
    effect raises the ratio too. Beaver 1968 (J. Accounting Research 6:67); Patell 1976.

    Parameters
    ----------
    scar, df : (N,); NaN is left out
    shared_dates : some pairs share a date, which the normal law ignores
    """
    s = np.asarray(scar, dtype=float)
    nu = np.broadcast_to(np.asarray(df, dtype=float), s.shape)
    there = np.isfinite(s) & (nu > 2)
    squares = s[there] ** 2 * (nu[there] - 2.0) / nu[there]
    n = len(squares)
    if n < 2:
        return VarianceRatio(
            float(squares.mean()) if n else math.nan, n, math.nan, math.nan,
            f"{n} pair: the spread of SCAR² needs at least two",
        )  # fmt: skip
    ratio = float(squares.mean())
    spread = float(squares.std(ddof=1)) / math.sqrt(n)
    statistic = (ratio - 1.0) / spread if spread > 0 else math.nan
    notes = []
    if shared_dates:
        notes.append("pairs share their dates: p is too small")
    if n < 30:
        notes.append(f"{n} pairs are few for a normal law of a squared statistic")
    return VarianceRatio(ratio, n, statistic, float(normal_p(statistic)), "; ".join(notes) or None)
