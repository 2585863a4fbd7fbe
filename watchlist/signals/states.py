"""From values to states, and from states to alerts: an alert is a change, never a level."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from watchlist.signals.registry import Measured, Rule, Signal
from watchlist.signals.rolling import Bools, Floats

States = NDArray[np.int8]

Z_WINDOW = 252
Z_LEAST = 120


def states(measured: Measured, rule: Rule) -> States:
    """(sessions, symbols): 1 up or on, -1 down, 0 quiet, also where there is no value."""
    x = measured.value if rule.on == "value" else measured.z
    assert x is not None
    out = np.zeros(x.shape, np.int8)
    if rule.up is not None:
        starts = x >= rule.up
        held = starts if rule.until_up is None else _held(starts, ~(x >= rule.until_up))
        np.copyto(out, 1, where=held)
    if rule.down is not None:
        starts = x <= rule.down
        held = starts if rule.until_down is None else _held(starts, ~(x <= rule.until_down))
        np.copyto(out, -1, where=held)
    return out


def _held(starts: Bools, ends: Bools) -> Bools:
    """On from each start until the next end; off before the first of either."""
    # the row number with the start in its lowest bit: the running maximum is the last decision
    rows = np.arange(len(starts), dtype=np.int32)[:, None] << 1
    decisions = (rows | starts) * (starts | ends)
    return (np.maximum.accumulate(decisions, axis=0) & 1).astype(np.bool_)


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
    return signal.sentences[state].format(symbol=symbol, value=value, z=z, drop=-value)


def own_percentiles(signal: Signal, measured: Measured, rows: slice) -> Floats:
    """Rank of what the rule looks at, in the symbol's own past or as the signal itself ranks."""
    if measured.percentile is not None:
        return measured.percentile(rows)
    ranked = measured.z if signal.rule.on == "z" else measured.value
    assert ranked is not None
    return percentiles(ranked, rows)


def percentiles(values: Floats, rows: slice, window: int = Z_WINDOW) -> Floats:
    """Rank of each value among the symbol's own `window` sessions before, ties counted half.

    Only for the given rows, since ranks are read, not computed with. NaN with fewer than 20 past
    values.
    """
    chosen = range(*rows.indices(len(values)))
    out = np.full((len(chosen), values.shape[1]), np.nan)
    for i, row in enumerate(chosen):
        past = values[max(row - window, 0) : row]
        known = np.isfinite(past).sum(axis=0)
        now = values[row]
        score = (past < now).sum(axis=0) + 0.5 * (past == now).sum(axis=0)
        enough = (known >= 20) & np.isfinite(now)
        out[i, enough] = score[enough] / known[enough]
    return out


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
