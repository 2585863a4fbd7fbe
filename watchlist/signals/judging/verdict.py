"""The verdict in words, after paying for everything that was tried."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from watchlist.signals.judging.coefficient import Coefficient
from watchlist.signals.rolling import Floats
from watchlist.study.multiplicity import benjamini_hochberg, holm

Verdict = Literal["supported", "not distinguishable from chance", "contradicted", "too little data"]

LEVEL = 0.05
LEAST_SESSIONS_ACROSS = 250
"""Sessions with a cross-section: a year."""
LEAST_SESSIONS_RARE = 40
"""Sessions with a rare signal."""
LEAST_DF = 10.0


@dataclass(frozen=True)
class Adjusted:
    """p-values of all trials, corrected together."""

    holm: Floats
    benjamini_hochberg: Floats


def adjust(p_values: Sequence[float], tried: Sequence[int]) -> Adjusted:
    """Correct for every signal × horizon judged and for the variants looked at on the way.

    A signal whose parameters were chosen among k variants pays k times (Bonferroni) before the
    stepdown of Holm 1979 and the step-up of Benjamini & Hochberg 1995 over all.
    """
    paid = np.minimum(np.asarray(p_values, float) * np.asarray(tried, float), 1.0)
    return Adjusted(holm(paid), benjamini_hochberg(paid))


def enough(found: Coefficient, *, across: bool) -> bool:
    """Whether there is enough to say anything."""
    least = LEAST_SESSIONS_ACROSS if across else LEAST_SESSIONS_RARE
    return found.sessions >= least and found.df >= LEAST_DF and bool(np.isfinite(found.p))


def verdict(found: Coefficient, p_holm: float, expected_sign: int, *, across: bool) -> Verdict:
    """`supported` needs a Holm p of at most 5 % and the sign that the signal's source claims."""
    if not enough(found, across=across):
        return "too little data"
    if p_holm > LEVEL:
        return "not distinguishable from chance"
    return "supported" if np.sign(found.ic) == expected_sign else "contradicted"
