"""The market's trading volume as each firm sees it: news is traded on while the price settles.

On 2025-10-06 Trilogy Metals traded eighty times its usual volume on a price change of 0.5 %; the
price moved the next morning. A study of volume is an ordinary study with log dollar volume in the
place of returns and the market's in the place of the factor. Volume is autocorrelated and not
normal: take p from the placebo ranks, not from a t.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


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
