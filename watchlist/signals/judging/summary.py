"""Plain numbers beside the coefficient: how often right, by how much, in what order."""

from __future__ import annotations

import math

import numpy as np

from watchlist.signals.judging.coefficient import Scores
from watchlist.signals.rolling import Floats

BUCKETS = 5


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
