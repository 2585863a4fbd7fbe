"""From values to states, from states to alerts (a change, never a level), and how rare both are."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from watchlist.formatting import Readable
from watchlist.signals.registry import Measured, Rule, Signal
from watchlist.signals.rolling import YEAR, Bools, Floats

States = NDArray[np.int8]

RANK_LEAST = 20
"""Past values that a rank needs."""


def states(measured: Measured, rule: Rule) -> States:
    """(sessions, symbols): 1 up or on, -1 down, 0 quiet, also where there is no value."""
    x = measured.value if rule.on == "value" else measured.z
    up = _side(x, rule.up, rule.until_up)
    down = _side(-x, _negative(rule.down), _negative(rule.until_down))
    return np.asarray((up & ~down).astype(np.int8) - down.astype(np.int8))


def _negative(threshold: float | None) -> float | None:
    return None if threshold is None else -threshold


def _side(x: Floats, above: float | None, until: float | None) -> Bools:
    """Where x is at or above a threshold, or was and has since stayed at or above `until`."""
    if above is None:
        return np.zeros(x.shape, np.bool_)
    starts = x >= above
    if until is None:
        return np.asarray(starts)
    # on while the last start is later than the last session that neither started nor held
    row = np.arange(len(x))[:, None]
    started = np.maximum.accumulate(np.where(starts, row, -1), axis=0)
    ended = np.maximum.accumulate(np.where(starts | (x >= until), -1, row), axis=0)
    return np.asarray(started > ended)


def begins(coded: States) -> Bools:
    """Where a state that is not quiet begins; sessions down. The first session never does."""
    out = np.zeros(coded.shape, np.bool_)
    # nothing is known of the session before the first
    out[1:] = (coded[1:] != 0) & (coded[1:] != coded[:-1])
    return out


def sentence(
    signal: Signal, state: str, value: float, z: float, *, symbol: str, market: str, sector: str
) -> str:
    """The alert in words: the measured number, and what it is measured against."""
    return signal.sentences[state].format(
        symbol=symbol,
        value=Readable(value),
        z=Readable(z),
        drop=Readable(-value),
        times=Readable(2.0 ** min(z, 64.0)),
        market=market,
        sector=sector,
    )


def own_percentiles(signal: Signal, measured: Measured, rows: slice) -> Floats:
    """Rank of what the rule looks at, in the symbol's own past or as the signal itself ranks."""
    if measured.percentile is not None:
        with np.errstate(invalid="ignore", divide="ignore"):
            return measured.percentile(rows)
    return percentiles(measured.z if signal.rule.on == "z" else measured.value, rows)


def percentiles(values: Floats, rows: slice) -> Floats:
    """Rank of each value among the symbol's own 252 sessions before, ties counted half.

    Only for the given rows, since ranks are read, not computed with. NaN with fewer than 20 past
    values.
    """
    start, stop, step = rows.indices(len(values))
    past = np.pad(values[:stop], ((YEAR, 0), (0, 0)), constant_values=np.nan)
    now = values[start:stop:step]
    twice = np.zeros(now.shape, np.int16)  # the rank, where a tie is half a value below
    known = np.zeros(now.shape, np.int16)
    for back in range(YEAR):
        earlier = past[start + back : stop + back : step]
        twice += (earlier < now).view(np.int8)
        twice += (earlier <= now).view(np.int8)
        known += np.isfinite(earlier).view(np.int8)
    enough = (known >= RANK_LEAST) & np.isfinite(now)
    return np.where(enough, twice / (2.0 * np.maximum(known, 1)), np.nan)


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
    return np.clip(share, 1.0 / (YEAR + 1), 1.0)
