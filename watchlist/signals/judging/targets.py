"""What a signal is held against: abnormal returns after the session, never of it."""

from __future__ import annotations

import bisect

import numpy as np
from numpy.typing import NDArray

from watchlist.signals import regression
from watchlist.signals.panel import Panel
from watchlist.signals.rolling import Floats

PAST_NEEDED = 30
"""Earlier observations before one of a rare signal gets a rank."""


def forward(panel: Panel, horizon: int, delay: int = 0) -> Floats:
    """(sessions, symbols): sum of the abnormal returns of the `horizon` sessions after each.

    Without intercepts (see `regression.Model.excess`). NaN at the end of the panel and where a
    return of the stretch is missing: a suspended stock has no result to be right or wrong about.
    """
    excess = regression.model(panel).excess
    known = np.isfinite(excess)
    total = np.vstack([np.zeros((1, excess.shape[1])), np.cumsum(np.nan_to_num(excess), axis=0)])
    count = np.vstack([np.zeros((1, excess.shape[1]), np.int64), np.cumsum(known, axis=0)])
    out = np.full(excess.shape, np.nan)
    first, last = 1 + delay, 1 + delay + horizon
    rows = len(excess) - last + 1
    if rows <= 0:
        return out
    complete = count[last : last + rows] - count[first : first + rows] == horizon
    change = total[last : last + rows] - total[first : first + rows]
    out[:rows] = np.where(complete, change, np.nan)
    return out


def row_ranks(x: Floats) -> Floats:
    """Ranks within each row from 0, ties averaged; NaN stays NaN."""
    rows, width = x.shape
    order = np.argsort(x, axis=1, kind="stable")
    ordered = np.take_along_axis(x, order, axis=1)
    new = np.ones_like(ordered, dtype=np.int64)
    new[:, 1:] = ordered[:, 1:] != ordered[:, :-1]
    group = np.cumsum(new, axis=1) - 1 + np.arange(rows)[:, None] * width
    position = np.broadcast_to(np.arange(width, dtype=np.float64), x.shape)
    size = np.bincount(group.ravel(), minlength=rows * width)
    total = np.bincount(group.ravel(), position.ravel(), minlength=rows * width)
    mean = total / np.maximum(size, 1)
    out = np.empty_like(x)
    np.put_along_axis(out, order, mean[group], axis=1)
    out[~np.isfinite(x)] = np.nan
    return out


def centred(ranks: Floats) -> Floats:
    """Ranks of each row spread over −1 to 1; NaN where the row has one value or only ties."""
    known = np.isfinite(ranks)
    count = known.sum(axis=1, keepdims=True)
    spread = np.nanmax(np.where(known, ranks, -np.inf), axis=1, keepdims=True) - np.nanmin(
        np.where(known, ranks, np.inf), axis=1, keepdims=True
    )
    with np.errstate(invalid="ignore", divide="ignore"):
        out: Floats = np.where(spread > 0, 2.0 * ranks / (count - 1.0) - 1.0, np.nan)
    return out


def walk_forward_scores(x: Floats) -> Floats:
    """Each value's rank among all values of earlier sessions, spread over −1 to 1.

    For signals that few symbols have on a session: there is no cross-section to rank in. The
    first `PAST_NEEDED` observations have no score.
    """
    out = np.full(x.shape, np.nan)
    past: list[float] = []
    for row in np.flatnonzero(np.isfinite(x).any(axis=1)):
        columns = np.flatnonzero(np.isfinite(x[row]))
        today = x[row, columns].tolist()
        if len(past) >= PAST_NEEDED:
            for column, value in zip(columns, today, strict=True):
                low, high = bisect.bisect_left(past, value), bisect.bisect_right(past, value)
                out[row, column] = (low + high) / len(past) - 1.0
        for value in today:
            bisect.insort(past, value)
    return out


def pooled_scores(x: Floats) -> Floats:
    """Ranks over all sessions and symbols, spread over −1 to 1: for results, not for signals."""
    known = np.isfinite(x)
    if not known.any():
        return np.full(x.shape, np.nan)
    flat: NDArray[np.float64] = centred(row_ranks(x[known][None, :]))[0]
    out = np.full(x.shape, np.nan)
    out[known] = flat
    return out
