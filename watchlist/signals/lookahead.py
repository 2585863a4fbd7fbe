"""The proof that a signal does not look ahead: cut the panel, and no earlier value may change."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from watchlist.errors import WatchlistError
from watchlist.signals.noise import noise_panel
from watchlist.signals.panel import Panel

if TYPE_CHECKING:
    from watchlist.signals.registry import Measured

_CUTS = (150, 271, 318)


class LookAheadError(WatchlistError):
    """A signal's past depends on its future."""


@lru_cache(maxsize=1)
def _proof_panel() -> tuple[Panel, tuple[Panel, ...]]:
    whole = noise_panel(320, 4, seed=20250710, events=60, categories=2, missing=0.02)
    return whole, tuple(whole.upto(rows) for rows in _CUTS)


def prove(name: str, measure: Callable[[Panel], Measured]) -> None:
    """Check a signal on the standard proof panel; see `check`."""
    whole, cuts = _proof_panel()
    check(name, measure, whole, cuts)


def check(
    name: str, measure: Callable[[Panel], Measured], whole: Panel, cuts: Iterable[Panel]
) -> None:
    """Compare, bit by bit, the values on cut panels with those on the whole one.

    Raises
    ------
    LookAheadError
        Names the first session whose value the future changed.
    """
    full = measure(whole)
    for cut in cuts:
        part = measure(cut)
        for kind, now, then in (("value", full.value, part.value), ("z", full.z, part.z)):
            if now is None or then is None:
                continue
            early = now[: len(then)]
            differs = (early.view(np.int64) != then.view(np.int64)) & ~(
                np.isnan(early) & np.isnan(then)
            )
            if differs.any():
                row = int(np.argmax(differs.any(axis=1)))
                raise LookAheadError(
                    f"signal {name!r} looks ahead: its {kind} of {cut.sessions[row]} changes "
                    f"when sessions after {cut.sessions[-1]} are known",
                    "use only rows up to the session itself (lag, rolling windows)",
                )
