"""Rolling windows over sessions × symbols that know nothing of later rows.

Sums and maxima of any length are put together from windows of 1, 2, 4, 8, … sessions, so every
value is a short tree of additions: no running total that drifts, no bad tick that lingers after it
has left the window. Cutting the panel changes no bit.
"""

from __future__ import annotations

from typing import TypeVar

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

_Number = TypeVar("_Number", np.float64, np.int16)
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

MAD_TO_SD = 1.2533141373155001
"""√(π/2): a mean absolute deviation times this is a standard deviation, for a normal variable."""
YEAR = 252
"""Sessions of a symbol's own past that its values are held against."""
YEAR_LEAST = 120
"""Known values of these that a standard deviation needs."""
_SORTED_ROWS = 256
"""Sessions whose windows are sorted at a time: they are copied, and would else fill the memory."""


def rolling_sum(x: Floats, window: int) -> Floats:
    """Sum of the last `window` rows, each row included; shorter at the start.

    Parameters
    ----------
    x : (sessions, symbols) without NaN; put 0 where a value is missing and count separately.
    window : sessions, at least 1.
    """
    return _summed(x, window)


def rolling_count(x: Bools, window: int) -> NDArray[np.int16]:
    """How many of the last `window` rows are true; shorter at the start."""
    return _summed(x.astype(np.int16), window)


def _summed(x: NDArray[_Number], window: int) -> NDArray[_Number]:
    # `block` holds windows of `power` rows; those that make up `window` in binary are added up
    block, total, power, covered = x.copy(), np.zeros_like(x), 1, 0
    while covered < window:
        if window & power:
            total[covered:] += block[: max(len(x) - covered, 0)]
            covered += power
        block[power:] = block[power:] + block[:-power]
        power *= 2
    return total


def rolling_max(x: Floats, window: int) -> Floats:
    """Greatest of the last `window` rows; NaN rows are passed over; shorter at the start."""
    block, power = x.copy(), 1
    while power * 2 <= window:
        block[power:] = np.fmax(block[power:], block[:-power])
        power *= 2
    rest = window - power
    if rest:  # two windows that overlap
        block[rest:] = np.fmax(block[rest:], block[:-rest])
    return block


def lag(x: Floats, sessions: int) -> Floats:
    """The value `sessions` rows earlier; NaN before the first."""
    out = np.full_like(x, np.nan)
    if sessions < len(x):
        out[sessions:] = x[: len(x) - sessions]
    return out


def at_least(count: NDArray[np.int16], least: int) -> Floats:
    """Counts to divide by; NaN where they are fewer than `least`."""
    return np.where(count < least, np.nan, count)


def rolling_mean(x: Floats, window: int, least: int) -> Floats:
    """Mean of the known values among the last `window` rows; NaN where fewer than `least`."""
    known = np.isfinite(x)
    total = rolling_sum(np.where(known, x, 0.0), window)
    return total / at_least(rolling_count(known, window), least)


def mean_absolute(x: Floats, window: int, least: int) -> Floats:
    """Mean absolute value over the last `window` rows, scaled to a normal's standard deviation."""
    return MAD_TO_SD * rolling_mean(np.abs(x), window, least)


def rolling_median(x: Floats, window: int, least: int) -> Floats:
    """Median of the known values among the last `window` rows; NaN where fewer than `least`."""
    known = np.isfinite(x)
    count = rolling_count(known, window).astype(np.int64)
    padded = np.pad(np.where(known, x, np.inf), ((window - 1, 0), (0, 0)), constant_values=np.inf)
    windows = sliding_window_view(padded, window, axis=0)
    out = np.full(x.shape, np.nan)
    for first in range(0, len(x), _SORTED_ROWS):
        rows = slice(first, first + _SORTED_ROWS)
        ordered = np.sort(windows[rows], axis=2)  # missing values come last
        some = count[rows]
        middle = np.stack([np.maximum(some - 1, 0) // 2, some // 2], axis=2)
        middle = np.minimum(middle, window - 1)
        halves = np.take_along_axis(ordered, middle, axis=2)
        out[rows] = np.where(some >= least, halves.mean(axis=2), np.nan)
    return out


def own_z(x: Floats) -> Floats:
    """Against mean and standard deviation of the year before; NaN with under 120 values in it."""
    past = lag(x, 1)
    mean = rolling_mean(past, YEAR, YEAR_LEAST)
    variance = rolling_mean(past * past, YEAR, YEAR_LEAST) - mean * mean
    return (x - mean) / np.sqrt(np.where(variance > 0, variance, np.nan))
