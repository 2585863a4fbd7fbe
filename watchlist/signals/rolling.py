"""Rolling windows over sessions × symbols that stay accurate, fast and blind to the future.

A window of any length is put together from windows of 1, 2, 4, 8, … sessions, so every value is
a short tree of additions: no running total that drifts, no bad tick that lingers after it has left
the window, and a value that depends on its own window alone. Cutting the panel changes no bit.
"""

from __future__ import annotations

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

_Number = TypeVar("_Number", np.float64, np.int16)
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
    return _summed(x, window)


def rolling_count(x: Bools, window: int) -> NDArray[np.int16]:
    """How many of the last `window` rows are true; shorter at the start."""
    return _summed(x.astype(np.int16), window)


def _summed(x: NDArray[_Number], window: int) -> NDArray[_Number]:
    block, spare, other = x, np.empty_like(x), np.empty_like(x)
    total: NDArray[_Number] | None = None
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


def at_least(count: NDArray[np.int16], least: int) -> Floats:
    """Counts to divide by; NaN where they are fewer than `least`."""
    out = count.astype(np.float64)
    out[count < least] = np.nan
    return out


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
    total = rolling_sum(np.where(known, x, 0.0), window)
    total /= at_least(rolling_count(known, window), least)
    return total


def mean_absolute(x: Floats, window: int, least: int) -> Floats:
    """Mean absolute value over the last `window` rows, scaled to a normal's standard deviation."""
    mean = rolling_mean(np.abs(x), window, least)
    mean *= MAD_TO_SD
    return mean
