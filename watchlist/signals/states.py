"""From values to states, and from states to alerts: an alert is a change, never a level."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from watchlist.formatting import Readable
from watchlist.signals.registry import Measured, Rule, Signal
from watchlist.signals.rolling import Bools, Floats, rolling_count

States = NDArray[np.int8]

Z_WINDOW = 252
Z_LEAST = 120
_FEW_ROWS = 32
"""Ranks of fewer rows are counted window by window, of more lag by lag."""


def states(measured: Measured, rule: Rule) -> States:
    """(sessions, symbols): 1 up or on, -1 down, 0 quiet, also where there is no value."""
    x = measured.value if rule.on == "value" else measured.z
    assert x is not None
    up, down = np.zeros((2, *x.shape), np.bool_)
    if rule.up is not None:
        up = x >= rule.up
        if rule.until_up is not None:
            up = _held(up, x >= rule.until_up)
    if rule.down is not None:
        down = x <= rule.down
        if rule.until_down is not None:
            down = _held(down, x <= rule.until_down)
    out: States = (up & ~down).view(np.int8) - down.view(np.int8)
    return out


def _held(starts: Bools, holds: Bools) -> Bools:
    """On from each start for as long as the other is true without a break.

    By stretches of 1, 2, 4, … sessions: what had started is on if all of the stretch since holds.
    """
    on, stretch, reach = starts.copy(), holds.copy(), 1
    while reach < len(on) and stretch.any():
        on[reach:] |= on[:-reach] & stretch[reach:]
        stretch[reach:] &= stretch[:-reach].copy()
        stretch[:reach] = False
        reach *= 2
    return on


def begins(coded: States) -> Bools:
    """Where a state that is not quiet begins; sessions down. The first session never does."""
    out = np.zeros(coded.shape, np.bool_)
    # nothing is known of the session before the first
    out[1:] = (coded[1:] != 0) & (coded[1:] != coded[:-1])
    return out


def count_changes(coded: States) -> int:
    """How many alerts the states make."""
    return int(np.count_nonzero(begins(coded)))


def sentence(signal: Signal, state: str, symbol: str, value: float, z: float) -> str:
    """The alert in words."""
    numbers = {"value": Readable(value), "z": Readable(z), "drop": Readable(-value)}
    return signal.sentences[state].format(symbol=symbol, **numbers)


def own_percentiles(signal: Signal, measured: Measured, rows: slice) -> Floats:
    """Rank of what the rule looks at, in the symbol's own past or as the signal itself ranks."""
    if measured.percentile is not None:
        return measured.percentile(rows)
    ranked = measured.z if signal.rule.on == "z" else measured.value
    assert ranked is not None
    return percentiles(ranked, rows)


def percentiles(values: Floats, rows: slice) -> Floats:
    """Rank of each value among the symbol's own 252 sessions before, ties counted half.

    Only for the given rows, since ranks are read, not computed with. NaN with fewer than 20 past
    values.
    """
    start, stop, step = rows.indices(len(values))
    now = values[start:stop:step]
    past = np.full((Z_WINDOW + stop - start, values.shape[1]), np.nan)
    earlier = values[max(start - Z_WINDOW, 0) : stop]
    past[len(past) - len(earlier) :] = earlier
    known = rolling_count(np.isfinite(past), Z_WINDOW)[Z_WINDOW - 1 : -1 : step]
    below, not_above, found = np.zeros((3, *now.shape), np.uint8)  # a byte counts to 252
    if len(now) < _FEW_ROWS:
        for i, row in enumerate(now):
            window = past[i * step : i * step + Z_WINDOW]
            below[i] = np.count_nonzero(window < row, axis=0)
            not_above[i] = np.count_nonzero(window <= row, axis=0)
    else:
        answer = found.view(np.bool_)
        for first in range(Z_WINDOW):
            one = past[first : first + stop - start : step]
            np.less(one, now, out=answer)
            below += found
            np.less_equal(one, now, out=answer)
            not_above += found
    score = (below + 0.5 * (not_above - below)) / np.maximum(known, 1)
    return np.where((known >= 20) & np.isfinite(now), score, np.nan)


def rarity(percentile: Floats, rule: Rule) -> Floats:
    """Share of the past at least as far out; on both sides where the rule has two.

    The floor is one in 253: a year cannot say more.
    """
    if rule.down is None:
        share = 1.0 - percentile
    elif rule.up is None:
        share = percentile
    else:
        share = 2.0 * np.minimum(percentile, 1.0 - percentile)
    return np.clip(share, 1.0 / (Z_WINDOW + 1), 1.0)
