"""Many tests at once: tickers × events × windows give a hundred p-values a day, five of them < 5 %.

Adjusted p-values stand beside raw ones, never in their place. NaN is a test that was not made: it
stays NaN and is not counted among the hypotheses.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from watchlist.errors import StudyError

Floats = NDArray[np.float64]


def holm(p_values: ArrayLike) -> Floats:
    """Adjusted p of the stepdown of Holm 1979 (Scand. J. Statist. 6:65).

    The k-th smallest of H is multiplied by H - k + 1, made monotone and capped at 1. Controls the
    chance of one false rejection under any dependence.
    """
    p = np.asarray(p_values, dtype=float)
    known = np.flatnonzero(np.isfinite(p))
    order = known[np.argsort(p[known], kind="stable")]
    factor = np.arange(len(order), 0, -1)
    adjusted = np.full(p.shape, np.nan)
    adjusted[order] = np.minimum(np.maximum.accumulate(p[order] * factor), 1.0)
    return adjusted


def benjamini_hochberg(p_values: ArrayLike) -> Floats:
    """Adjusted p of the step-up of Benjamini & Hochberg 1995 (JRSS-B 57:289).

    The k-th smallest of H is multiplied by H/k and made monotone from above. Controls the expected
    share of false rejections for independent or positively dependent tests.
    """
    p = np.asarray(p_values, dtype=float)
    known = np.flatnonzero(np.isfinite(p))
    order = known[np.argsort(p[known], kind="stable")]
    scaled = p[order] * (len(order) / np.arange(1, len(order) + 1))
    adjusted = np.full(p.shape, np.nan)
    adjusted[order] = np.minimum(np.minimum.accumulate(scaled[::-1])[::-1], 1.0)
    return adjusted


def romano_wolf(statistics: ArrayLike, draws: ArrayLike) -> Floats:
    """Adjusted p of the stepdown of Romano & Wolf 2005 (Econometrica 73:1237; 2016, SPL 113:38).

    Hypotheses are ordered by |statistic|; each is compared with the largest |placebo statistic|
    among itself and those behind it, (1 + hits) / (1 + B), made monotone. A draw is one row: the
    same placebo day for every ticker, so that their dependence is kept and paid for only once.
    Statistics must be standardized, or the wildest ticker rules every maximum.

    Parameters
    ----------
    statistics : (H,) observed
    draws : (B, H) the same statistics on B placebo days; NaN is a ticker that had no bar that day
    """
    observed = np.abs(np.asarray(statistics, dtype=float))
    placebo = np.abs(np.asarray(draws, dtype=float))
    if placebo.ndim != 2 or placebo.shape[1:] != observed.shape:
        raise StudyError(
            f"{observed.shape} statistics and {placebo.shape} placebo draws do not match",
            "give one column of draws for each statistic",
        )
    adjusted = np.full(observed.shape, np.nan)
    known = np.flatnonzero(np.isfinite(observed) & np.isfinite(placebo).any(axis=0))
    order = known[np.argsort(-observed[known], kind="stable")]
    if not len(order):
        return adjusted
    columns = np.where(np.isfinite(placebo), placebo, -np.inf)[:, order]
    largest = np.maximum.accumulate(columns[:, ::-1], axis=1)[:, ::-1]
    # a placebo day on the event's own sums differs from it in the last bits only
    hits = np.count_nonzero(largest >= observed[order] * (1 - 1e-12), axis=0)
    adjusted[order] = np.maximum.accumulate((1.0 + hits) / (1.0 + len(placebo)))
    return adjusted
