"""Cut the panel, and no earlier value of a signal may change."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from watchlist.signals import Panel, Signal

TOLERANCE = 1e-9
"""The engine adds rows up in batches, and a cut changes these: the last digits may differ."""


def first_change(signal: Signal, whole: Panel, cuts: Iterable[Panel]) -> str | None:
    """The first session whose value the future changed, in words; None where none is."""
    full = signal.measure(whole)
    for cut in cuts:
        part = signal.measure(cut)
        for kind, now, then in (("value", full.value, part.value), ("z", full.z, part.z)):
            same = np.isclose(now[: len(then)], then, TOLERANCE, TOLERANCE, equal_nan=True)
            if not same.all():
                row = int(np.argmin(same.all(axis=1)))
                return f"{kind} of {cut.sessions[row]}, when {cut.sessions[-1]} was the last"
    return None
