"""What a market where nothing happens does to a signal: the number to hold beside every count.

The noise market has t(4) returns with common factors and autoregressive volume, so fat tails and
slow volume are counted as chance; volatility that clusters is not.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from watchlist.signals.compute import measure
from watchlist.signals.noise import noise_panel
from watchlist.signals.panel import Panel
from watchlist.signals.registry import Rule, Signal
from watchlist.signals.rolling import Floats
from watchlist.signals.states import count_changes, own_percentiles, rarity, states

_SESSIONS, _SYMBOLS, _SEED = 1512, 40, 20250320
_EVENTS, _CATEGORIES = 240, 24
_RANKED = slice(900, _SESSIONS, 7)


@lru_cache(maxsize=1)
def _market() -> Panel:
    return noise_panel(_SESSIONS, _SYMBOLS, _SEED, events=_EVENTS, categories=_CATEGORIES)


@lru_cache(maxsize=256)
def alert_rate(signal: Signal, rule: Rule) -> float | None:
    """Alerts per session with a value, by chance; None where chance has no part."""
    if not signal.by_chance:
        return None
    measured = measure(_market(), signal)
    known = int(np.isfinite(measured.value).sum())
    return count_changes(states(measured, rule)) / known if known else None


@lru_cache(maxsize=256)
def _rarities(signal: Signal) -> Floats:
    found = rarity(own_percentiles(signal, measure(_market(), signal), _RANKED), signal.rule)
    return np.sort(found[np.isfinite(found)])


def calibrated(signal: Signal, seen: float) -> float:
    """How often noise looks at least as rare as `seen`.

    A level that wanders is at the edge of its own year much more often than 1 day in 253; this is
    what makes the rarity of a trend and that of a single day comparable.
    """
    noise = _rarities(signal)
    if not len(noise):
        return seen
    hits = float(np.searchsorted(noise, seen, side="right"))
    return max(seen, (hits + 1.0) / (len(noise) + 1.0))
