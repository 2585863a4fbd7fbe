"""How often a rule alerts where nothing happens: the number to hold beside every count."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from watchlist.signals.compute import measure
from watchlist.signals.noise import noise_panel
from watchlist.signals.panel import Panel
from watchlist.signals.registry import Rule, Signal
from watchlist.signals.rolling import Floats
from watchlist.signals.states import Z_WINDOW, count_changes, states

_SESSIONS, _SYMBOLS, _SEED = 1764, 48, 20250320
_EVENTS = 240


@lru_cache(maxsize=1)
def _market() -> Panel:
    return noise_panel(_SESSIONS, _SYMBOLS, _SEED, events=_EVENTS)


@lru_cache(maxsize=256)
def _alerts_by_chance(signal: Signal, rule: Rule) -> tuple[int, float]:
    measured = measure(_market(), signal)
    return count_changes(states(measured, rule)), symbol_years(measured.value)


def symbol_years(value: Floats) -> float:
    """Years of sessions with a value, summed over symbols."""
    return float(np.isfinite(value).sum()) / Z_WINDOW


def expected_per_year(signal: Signal, rule: Rule) -> float | None:
    """Alerts per symbol-year of known values on the noise market; None for a plain description.

    The noise market has t(4) returns with common factors and autoregressive volume, so fat tails
    and slow volume are counted as chance; volatility that clusters is not.
    """
    if signal.family == "policy" and signal.direction == "none":
        return None
    alerts, years = _alerts_by_chance(signal, rule)
    return alerts / years if years else None
