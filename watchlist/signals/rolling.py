"""Rolling windows over sessions × symbols that stay accurate, fast and blind to the future.

A window of any length is put together from windows of 1, 2, 4, 8, … sessions, so every value is
a short tree of additions: no running total that drifts, no bad tick that lingers after it has left
the window, and a value that depends on its own window alone. Cutting the panel changes no bit.
"""

from __future__ import annotations

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

MAD_TO_SD = 1.2533141373155001
"""√(π/2): a mean absolute deviation times this is a standard deviation, for a normal variable."""


def rolling_sum(x: Floats, window: int) -> Floats:
    """Sum of the last `window` rows, each row included; shorter at the start.

    Parameters
    ----------
    x : (sessions, symbols) without NaN; put 0 where a value is missing and count separately.
    window : sessions, at least 1.
    """
    block, spare, other = x, np.empty_like(x), np.empty_like(x)
    total: Floats | None = None
    power, covered = 1, 0
    while True:
        if window & power:
            if total is None:
                total = block.copy()
            else:
                total[covered:] += block[: max(len(x) - covered, 0)]
            covered += power
            if covered == window:
                return total
        spare[:power] = block[:power]
        np.add(block[power:], block[:-power], out=spare[power:])
        block, spare, other = spare, other, spare
        power *= 2


def rolling_count(x: Bools, window: int) -> NDArray[np.int16]:
    """How many of the last `window` rows are true."""
    block = x.astype(np.int16)
    total: NDArray[np.int16] | None = None
    power, covered = 1, 0
    while True:
        if window & power:
            if total is None:
                total = block.copy()
            else:
                total[covered:] += block[: max(len(x) - covered, 0)]
            covered += power
            if covered == window:
                return total
        longer = block.copy()
        longer[power:] += block[:-power]
        block = longer
        power *= 2


def rolling_max(x: Floats, window: int) -> Floats:
    """Greatest of the last `window` rows; NaN rows are passed over; shorter at the start."""
    block = np.array(x)
    power = 1
    while power * 2 <= window:
        block[power:] = np.fmax(block[power:], block[:-power])
        power *= 2
    rest = window - power
    if rest:
        block[rest:] = np.fmax(block[rest:], block[:-rest])
    return block


def lag(x: Floats, sessions: int) -> Floats:
    """The value `sessions` rows earlier; NaN before the first."""
    out = np.full_like(x, np.nan)
    if sessions < len(x):
        out[sessions:] = x[: len(x) - sessions]
    return out


def rolling_mean(x: Floats, window: int, least: int) -> Floats:
    """Mean of the known values among the last `window` rows; NaN where fewer than `least`."""
    known = np.isfinite(x)
    count = rolling_sum(known.astype(np.float64), window)
    total = rolling_sum(np.where(known, x, 0.0), window)
    count[count < least] = np.nan
    return total / count


def rolling_median(x: Floats, window: int, least: int) -> Floats:
    """Median of the known values among the last `window` rows; NaN where fewer than `least`.

    Sorts every window: for a month of sessions that is faster than keeping a window in order, and
    missing values, which sort to the end, cost nothing.
    """
    out = np.empty_like(x)
    count = rolling_sum(np.isfinite(x).astype(np.float64), window).astype(np.int64)
    start = np.arange(len(x)) * window
    for column in range(x.shape[1]):  # one at a time: its windows stay in the cache
        padded = np.concatenate([np.full(window - 1, np.nan), x[:, column]])
        ordered = np.sort(sliding_window_view(padded, window), axis=1).ravel()
        known = count[:, column]
        low = ordered[start + np.maximum(known - 1, 0) // 2]
        high = ordered[start + np.minimum(known // 2, window - 1)]
        out[:, column] = np.where(known >= least, (low + high) / 2.0, np.nan)
    return out


def mean_absolute(x: Floats, window: int, least: int) -> Floats:
    """Mean absolute value over the last `window` rows, scaled to a normal's standard deviation."""
    return rolling_mean(np.abs(x), window, least) * MAD_TO_SD
