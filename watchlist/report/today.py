"""The as-of session of one symbol: its return, what factors leave unexplained, how rare it is.

The arithmetic is the event study's own (OLS on [−130, −11], forecast-corrected), with the as-of
session as day 0, so that a quiet day without an event is measured by the same ruler.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date

import numpy as np

ESTIMATION = (-130, -11)
MIN_OBSERVATIONS = 60
"""Half the window: below, no abnormal return is given."""


@dataclass(frozen=True)
class Abnormal:
    """An abnormal return with its scale."""

    factors: tuple[str, ...]
    """Symbols of the regressors."""

    ar: float
    """Return minus what the factors explain."""

    sar: float
    """`ar` over its forecast standard error."""

    observations: int
    """Estimation sessions used."""


@dataclass(frozen=True)
class Rarity:
    """Where a session's return stands among the symbol's other sessions."""

    larger: int
    """Other sessions whose absolute return was at least as large."""

    others: int
    """Other sessions with a return."""

    next_largest: float | None
    """Largest absolute return among the others."""


def abnormal(
    returns: dict[str, dict[date, float]],
    sessions: list[date],
    symbol: str,
    factors: tuple[str, ...],
    masked: frozenset[date],
) -> Abnormal | None:
    """The abnormal return of the last of `sessions`, or None where it cannot be estimated.

    `masked` sessions (day 0 of the symbol's own events) are left out of the estimation.
    """
    own = returns.get(symbol, {})
    regressors = [returns.get(factor, {}) for factor in factors]
    today = sessions[-1]
    if today not in own or any(today not in series for series in regressors):
        return None
    window = sessions[max(0, len(sessions) - 1 + ESTIMATION[0]) : len(sessions) + ESTIMATION[1]]
    usable = [
        session
        for session in window
        if session in own
        and session not in masked
        and all(session in series for series in regressors)
    ]
    if len(usable) < MIN_OBSERVATIONS:
        return None
    design = np.array([[1.0, *(series[s] for series in regressors)] for s in usable])
    y = np.array([own[s] for s in usable])
    beta, _, rank, _ = np.linalg.lstsq(design, y, rcond=None)
    freedom = len(usable) - design.shape[1]
    if rank < design.shape[1]:
        return None
    resid = y - design @ beta
    variance = float(resid @ resid) / freedom
    now = np.array([1.0, *(series[today] for series in regressors)])
    ar = own[today] - float(now @ beta)
    error = math.sqrt(variance * (1 + float(now @ np.linalg.solve(design.T @ design, now))))
    if error == 0:
        return None
    return Abnormal(factors, ar, ar / error, len(usable))


def rarity(own: dict[date, float], today: date) -> Rarity | None:
    """Rank of the session's absolute return among all other sessions of the symbol."""
    if today not in own:
        return None
    others = [abs(ret) for session, ret in own.items() if session != today]
    size = abs(own[today])
    return Rarity(sum(ret >= size for ret in others), len(others), max(others, default=None))
