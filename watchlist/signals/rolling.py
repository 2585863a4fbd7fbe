"""Rolling windows over sessions × symbols that stay accurate, fast and blind to the future.

A window of any length is put together from windows of 1, 2, 4, 8, … sessions, so every value is
a short tree of additions: no running total that drifts, no bad tick that lingers after it has left
the window, and a value that depends on its own window alone. Cutting the panel changes no bit.
"""

from __future__ import annotations

import numpy as np
import polars as pl
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
    """Median of the known values among the last `window` rows; NaN where fewer than `least`."""
    frame = pl.from_numpy(x, schema=[str(i) for i in range(x.shape[1])])
    medians = frame.select(
        pl.all().fill_nan(None).rolling_median(window_size=window, min_samples=least)
    )
    return medians.fill_null(np.nan).to_numpy(order="c")


def mean_absolute(x: Floats, window: int, least: int) -> Floats:
    """Mean absolute value over the last `window` rows, scaled to a normal's standard deviation."""
    return rolling_mean(np.abs(x), window, least) * MAD_TO_SD
