"""The rank information coefficient, a t that survives overlapping results, and plain numbers.

Ranks of a signal use the session itself or earlier ones.
"""

from __future__ import annotations

import bisect
import math
from dataclasses import dataclass

import numpy as np

from watchlist.signals.rolling import Floats
from watchlist.study.power import detectable_ratio
from watchlist.study.tails import student_p

PAST_NEEDED = 30
"""Earlier observations before one of a rare signal gets a rank."""
BUCKETS = 5
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


def row_ranks(x: Floats) -> Floats:
    """Ranks within each row from 0, ties averaged; NaN stays NaN."""
    rows, width = x.shape
    order = np.argsort(x, axis=1, kind="stable")
    ordered = np.take_along_axis(x, order, axis=1)
    new = np.ones_like(ordered, dtype=np.int64)
    new[:, 1:] = ordered[:, 1:] != ordered[:, :-1]
    group = np.cumsum(new, axis=1) - 1 + np.arange(rows)[:, None] * width
    position = np.broadcast_to(np.arange(width, dtype=np.float64), x.shape)
    size = np.bincount(group.ravel(), minlength=rows * width)
    total = np.bincount(group.ravel(), position.ravel(), minlength=rows * width)
    mean = total / np.maximum(size, 1)
    out = np.empty_like(x)
    np.put_along_axis(out, order, mean[group], axis=1)
    out[~np.isfinite(x)] = np.nan
    return out


def centred(ranks: Floats) -> Floats:
    """Ranks of each row spread over −1 to 1; NaN where the row has one value or only ties."""
    known = np.isfinite(ranks)
    count = known.sum(axis=1, keepdims=True)
    spread = np.nanmax(np.where(known, ranks, -np.inf), axis=1, keepdims=True) - np.nanmin(
        np.where(known, ranks, np.inf), axis=1, keepdims=True
    )
    with np.errstate(invalid="ignore", divide="ignore"):
        out: Floats = np.where(spread > 0, 2.0 * ranks / (count - 1.0) - 1.0, np.nan)
    return out


def walk_forward_scores(x: Floats) -> Floats:
    """Each value's rank among all values of earlier sessions, spread over −1 to 1.

    For signals that few symbols have on a session: there is no cross-section to rank in. The
    first `PAST_NEEDED` observations have no score.
    """
    out = np.full(x.shape, np.nan)
    past: list[float] = []
    for row in np.flatnonzero(np.isfinite(x).any(axis=1)):
        columns = np.flatnonzero(np.isfinite(x[row]))
        today = x[row, columns].tolist()
        if len(past) >= PAST_NEEDED:
            for column, value in zip(columns, today, strict=True):
                low, high = bisect.bisect_left(past, value), bisect.bisect_right(past, value)
                out[row, column] = (low + high) / len(past) - 1.0
        for value in today:
            bisect.insort(past, value)
    return out


def pooled_scores(x: Floats) -> Floats:
    """Ranks over all sessions and symbols, spread over −1 to 1: for results, not for signals."""
    known = np.isfinite(x)
    if not known.any():
        return np.full(x.shape, np.nan)
    flat = centred(row_ranks(x[known][None, :]))[0]
    out = np.full(x.shape, np.nan)
    out[known] = flat
    return out


def mean_known(series: Floats) -> float:
    """Mean of what is known."""
    known = series[np.isfinite(series)]
    return float(known.mean()) if len(known) else math.nan


def _session_mean(x: Floats) -> float:
    """Mean over sessions of the mean over symbols: a session counts once."""
    known = np.isfinite(x)
    count = known.sum(axis=1)
    some = count > 0
    return (
        float((np.where(known, x, 0.0).sum(axis=1)[some] / count[some]).mean())
        if some.any()
        else math.nan
    )


def hit_rate(ranked: Scores, target: Floats, sign: int, *, magnitude: bool) -> float:
    """Share of results on the side that rank and direction said; sessions count once."""
    side = np.sign(ranked.rank) * sign
    result = target - np.nanmedian(target) if magnitude and np.isfinite(target).any() else target
    hit = np.where(side == np.sign(result), 1.0, 0.0)
    hit[~np.isfinite(ranked.rank) | ~np.isfinite(target) | (side == 0)] = np.nan
    return _session_mean(hit)


def mean_forward(ranked: Scores, shown: Floats, sign: int) -> float:
    """Mean result of one unit of gross exposure along rank and direction."""
    used = np.isfinite(shown)
    weight = np.where(used, sign * ranked.rank, 0.0)
    gross = np.abs(weight).sum(axis=1)
    some = gross > 0
    if not some.any():
        return math.nan
    return float(((weight * np.nan_to_num(shown)).sum(axis=1)[some] / gross[some]).mean())


def bucket_means(ranked: Scores, shown: Floats) -> tuple[float, ...]:
    """Mean result by fifth of the signal, lowest first."""
    bucket = np.clip(np.floor((np.nan_to_num(ranked.rank) + 1.0) / 2.0 * BUCKETS), 0, BUCKETS - 1)
    return tuple(_session_mean(np.where(bucket == b, shown, np.nan)) for b in range(BUCKETS))


def monotonicity(buckets: tuple[float, ...]) -> float:
    """Rank correlation of bucket number and mean, −1 to 1."""
    means = np.array(buckets)
    if not np.isfinite(means).all() or (means == means[0]).all():
        return math.nan
    ranks = np.argsort(np.argsort(means)).astype(float)
    return float(np.corrcoef(np.arange(BUCKETS), ranks)[0, 1])
