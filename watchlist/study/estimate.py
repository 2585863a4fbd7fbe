"""From a panel and pairs to fits: which rows each pair sees, and which model reads them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from watchlist.errors import StudyError
from watchlist.study.design import StudyDesign
from watchlist.study.models import Fits, Rows, gather, given_betas, least_squares
from watchlist.study.panel import Panel

Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]


def estimate(
    panel: Panel,
    rows: Ints,
    cols: Ints,
    factors: Ints,
    design: StudyDesign,
    masked: Bools | None = None,
) -> Fits:
    """Fit the design's model to every pair.

    Parameters
    ----------
    rows, cols : (P,) session row of day 0 and column of the security
    factors : (P, K) columns of the factors
    masked : (T, S) rows that leave a security's estimation window
    """
    sample = rows_of(panel, rows, cols, factors, design, masked)
    if design.model in ("constant-mean", "market", "factors"):
        return least_squares(sample)
    if design.model == "market-adjusted":
        ones = np.ones((len(rows), factors.shape[1]))
        return given_betas(sample, ones, parameters=0, intercept=False)
    raise StudyError(f"model {design.model!r} is not estimated here")


def rows_of(
    panel: Panel,
    rows: Ints,
    cols: Ints,
    factors: Ints,
    design: StudyDesign,
    masked: Bools | None = None,
) -> Rows:
    """Gather estimation and event rows of every pair; outside the panel is missing."""
    series = panel.by_security
    start, length = rows + design.estimation[0], design.estimation_length
    first, last = design.event_days
    width = last - first + 1

    def of(which: Ints) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        return gather(series, which, start, length), gather(series, which, rows + first, width)

    y, event_y = of(cols)
    pairs, k = factors.shape
    x, event_x = np.empty((pairs, k, length)), np.empty((pairs, k, width))
    for i in range(k):
        x[:, i], event_x[:, i] = of(factors[:, i])
    if design.risk_free is not None:
        risk_free = np.full(pairs, panel.column(design.risk_free))
        free, event_free = of(risk_free)
        y, event_y = y - free, event_y - event_free
    keep = None
    if masked is not None and masked.any():
        flags = np.ascontiguousarray(masked.T)
        at = start[:, None] + np.arange(length)
        inside = (at >= 0) & (at < flags.shape[1])
        keep = ~(flags[cols[:, None], np.clip(at, 0, flags.shape[1] - 1)] & inside)
    return Rows(y, x, event_y, event_x, keep)
