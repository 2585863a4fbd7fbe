"""From a panel and pairs to fits: which rows each pair sees, and which model reads them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from watchlist.errors import StudyError
from watchlist.study.design import StudyDesign
from watchlist.study.models import (
    Bools,
    Fits,
    Floats,
    Ints,
    Rows,
    gather,
    given_betas,
    least_squares,
    room_for,
)
from watchlist.study.pairs import event_rows
from watchlist.study.panel import Panel

RANKABLE = (
    "constant-mean", "market-adjusted", "market", "factors", "scholes-williams", "dimson",
    "trade-to-trade",
)  # fmt: skip
"""Models quick enough to be fitted to every session, so that placebo ranks exist."""

LINEAR = ("constant-mean", "market", "factors")
"""Models that are nothing but least squares on a pair's own rows."""

BATCH = 2048
"""Pairs estimated at a time: what is made of them on the way stays in the processor's cache."""


def estimate(
    panel: Panel,
    rows: Ints,
    cols: Ints,
    factors: Ints,
    design: StudyDesign,
    masked: Bools | None = None,
    donors: Bools | None = None,
) -> Fits:
    """Fit the design's model to every pair.

    Parameters
    ----------
    rows, cols : (P,) session row of day 0 and column of the security
    factors : (P, K) columns of the factors
    masked : (T, S) rows that leave a security's estimation window
    donors : (P, S) for synthetic-control: which securities may make up each pair's twin
    """
    if design.model in LINEAR:
        fits = _in_batches(panel, rows, cols, factors, design, masked)
    else:
        fits = _fit(panel, rows, cols, factors, design, masked, donors)
    return volatility_of(fits) if design.subject == "volatility" else fits


def masked_rows(rows: Ints, cols: Ints, axes: Panel, design: StudyDesign) -> Bools | None:
    """(T, S) rows on or just after an event, where the design has them leave the estimation."""
    if design.overlap not in ("mask", "joint"):
        return None
    return event_rows(rows, cols, (len(axes.sessions), len(axes.symbols)), design.mask_days)


def fit_pairs(
    panel: Panel,
    rows: Ints,
    cols: Ints,
    factors: Ints,
    design: StudyDesign,
    masked: Bools | None = None,
    donors: Bools | None = None,
) -> Fits:
    """`estimate`, and what the estimation rows hold: masked, missing and zero ones."""
    fits = estimate(panel, rows, cols, factors, design, masked, donors)
    start, length = rows + design.estimation[0], design.estimation_length
    ret = gather(panel.by_security, cols, start, length)
    known = np.isfinite(ret)
    kept = _kept(rows, cols, design, masked)
    zero_volume = np.full(len(rows), np.nan)
    if panel.volume is not None:
        volume = gather(np.ascontiguousarray(panel.volume.T), cols, start, length)
        zero_volume = _share(volume == 0, np.isfinite(volume))
    return replace(
        fits,
        masked=np.zeros(len(rows), np.int64) if kept is None else (known & ~kept).sum(axis=1),
        missing=length - known.sum(axis=1),
        zero_returns=_share(ret == 0, known),
        zero_volume=zero_volume,
    )


def every_day(panel: Panel, series: Ints, design: StudyDesign, masked: Bools | None) -> Fits:
    """One security with its factors, with every session as day 0; residuals are not kept.

    Parameters
    ----------
    series : (1 + K,) columns of the security and its factors
    """
    total = len(panel.sessions)
    cols, factors = np.full(total, series[0]), np.repeat(series[None, 1:], total, axis=0)
    fits = estimate(panel, np.arange(total), cols, factors, design, masked)
    return replace(fits, resid=np.empty((total, 0)))


def _share(part: Bools, whole: Bools) -> Floats:
    count = whole.sum(axis=1)
    return np.where(count > 0, part.sum(axis=1) / np.maximum(count, 1), np.nan)


def _in_batches(
    panel: Panel, rows: Ints, cols: Ints, factors: Ints, design: StudyDesign, masked: Bools | None
) -> Fits:
    """Least squares, each batch of pairs at its place in the whole."""
    first, last = design.event_days
    fits = room_for(len(rows), design.estimation_length, last - first + 1, factors.shape[1])
    for some, size in _batches(rows, factors):
        part = rows_of(panel, rows[some], cols[some], factors[some], design, masked, size=size)
        if isinstance(some, slice):
            least_squares(part, into=fits.take(some))
        else:
            fits.put(some, least_squares(part))
    return fits


def _batches(rows: Ints, factors: Ints) -> Iterator[tuple[slice | Ints, int]]:
    """Pairs to be estimated together, and how many neighbours of them have the same factors.

    Dates with equally many pairs go together, so that a few large products do for all of them;
    few pairs on uneven dates are one batch, in which each pair has its own.
    """
    new = np.ones(len(rows), dtype=bool)
    new[1:] = (rows[1:] != rows[:-1]) | (factors[1:] != factors[:-1]).any(axis=1)
    start = np.flatnonzero(new)
    sizes = np.diff(start, append=len(rows))
    if len(rows) <= BATCH and (sizes[1:] != sizes[:-1]).any():
        yield slice(0, len(rows)), 1
        return
    for size in np.unique(sizes).tolist():
        those, each = start[sizes == size], max(1, BATCH // size)
        for begin in range(0, len(those), each):
            groups = those[begin : begin + each]
            if groups[-1] - groups[0] == (len(groups) - 1) * size:
                yield slice(groups[0], groups[-1] + size), size
            else:
                yield (groups[:, None] + np.arange(size)).ravel(), size


def _fit(
    panel: Panel,
    rows: Ints,
    cols: Ints,
    factors: Ints,
    design: StudyDesign,
    masked: Bools | None,
    donors: Bools | None,
) -> Fits:
    model = design.model
    if model == "trade-to-trade":
        return _trade_to_trade(panel, rows, cols, factors, design, masked)
    if model == "synthetic-control":
        return _synthetic(panel, rows, cols, design, masked, donors)
    sample = rows_of(panel, rows, cols, factors, design, masked)
    if model == "market-adjusted":
        ones = np.ones((len(rows), 1))
        return given_betas(sample, ones, parameters=0, intercept=False)
    if model == "scholes-williams":
        from watchlist.study.thin import scholes_williams_fits

        start, length = rows + design.estimation[0], design.estimation_length
        lagged = gather(panel.by_security, factors[:, 0], start - 1, length)
        leading = gather(panel.by_security, factors[:, 0], start + 1, length)
        return scholes_williams_fits(sample, lagged, leading)
    return fit_rows(sample, design)


def fit_rows(rows: Rows, design: StudyDesign) -> Fits:
    """Fit a model that needs nothing but the pairs' own rows: least squares, GARCH or EGARCH."""
    if design.model == "garch" or design.model == "egarch":  # noqa: PLR1714 - narrows the type
        from watchlist.study.garch import garch_fits

        gap = design.event_days[0] - design.estimation[1] - 1
        return garch_fits(rows, volatility=design.model, gap=gap, seed=design.seed)
    return least_squares(rows)


def rows_of(
    panel: Panel,
    rows: Ints,
    cols: Ints,
    factors: Ints,
    design: StudyDesign,
    masked: Bools | None = None,
    *,
    size: int = 1,
) -> Rows:
    """Gather estimation and event rows of every pair; outside the panel is missing.

    For Dimson the one factor becomes its lags, itself and its leads, oldest first.

    Parameters
    ----------
    size : so many neighbours at a time have day 0 and factors in common, and get one copy of them
    """
    series = panel.by_security
    y, event_y = _runs(series, rows, cols, design)
    starts, which = rows[::size, None], factors[::size]
    if design.model == "dimson":
        shifts = np.arange(-design.lags, design.leads + 1)
        starts, which = starts + shifts, np.repeat(which, len(shifts), axis=1)
    x, event_x = _runs(series, starts, which, design)
    if design.risk_free is not None:
        column = np.full(len(rows), panel.column(design.risk_free))
        free, event_free = _runs(series, rows, column, design)
        y, event_y = y - free, event_y - event_free
    return Rows(y, x, event_y, event_x, _kept(rows, cols, design, masked))


def volatility_of(fits: Fits) -> Fits:
    """|AR| less its usual size, as if it were an abnormal return.

    The usual size is the mean |residual| of the estimation window, the noise its sd; a positive
    effect is a more volatile day. Beaver 1968, J. Accounting Research 6:67, in absolute form.
    """
    size = np.abs(fits.resid)
    there = np.isfinite(size)
    n = there.sum(axis=1)
    usual = np.where(there, size, 0.0).sum(axis=1) / np.where(n > 0, n, np.nan)
    resid = size - usual[:, None]
    squares = np.where(there, resid, 0.0) ** 2
    pairs, days = fits.ar.shape
    return replace(
        fits,
        alpha=usual,
        betas=np.empty((pairs, 0)),
        sigma2=squares.sum(axis=1) / np.where(n > 1, n - 1.0, np.nan),
        parameters=1,
        resid=resid,
        expected=np.repeat(usual[:, None], days, axis=1),
        ar=np.abs(fits.ar) - usual[:, None],
        deviations=np.empty((pairs, 0, days)),
        inverse=np.empty((pairs, 0, 0)),
        intercept=True,
        spans=None,
    )


def _trade_to_trade(
    panel: Panel, rows: Ints, cols: Ints, factors: Ints, design: StudyDesign, masked: Bools | None
) -> Fits:
    from watchlist.study.thin import spanned, trade_to_trade_fits

    if panel.trade_returns is None or panel.gaps is None:
        raise StudyError(
            "model 'trade-to-trade' needs returns since the last trade",
            "give the frame of returns the columns trade_ret and gap",
        )
    gaps = np.ascontiguousarray(panel.gaps.T)
    y, event_y = _runs(np.ascontiguousarray(panel.trade_returns.T), rows, cols, design)
    shape = (len(rows), 1)
    x, event_x = np.empty((*shape, y.shape[1])), np.empty((*shape, event_y.shape[1]))
    for factor in np.unique(factors[:, 0]):
        those = factors[:, 0] == factor
        market = np.ascontiguousarray(spanned(panel.returns[:, factor], panel.gaps).T)
        x[those, 0], event_x[those, 0] = _runs(market, rows[those], cols[those], design)
    span, event_span = _runs(gaps, rows, cols, design)
    kept = _kept(rows, cols, design, masked)
    return trade_to_trade_fits(Rows(y, x, event_y, event_x, kept), span, event_span)


def _synthetic(
    panel: Panel,
    rows: Ints,
    cols: Ints,
    design: StudyDesign,
    masked: Bools | None,
    donors: Bools | None,
) -> Fits:
    from watchlist.study.synthetic import synthetic_fits

    if donors is None:
        raise StudyError("model 'synthetic-control' needs peers", "say which securities are peers")
    everyone = np.arange(len(panel.symbols))
    factors = np.repeat(everyone[None, :], len(rows), axis=0)
    return synthetic_fits(rows_of(panel, rows, cols, factors, design, masked), donors)


def _runs(series: Floats, rows: Ints, which: Ints, design: StudyDesign) -> tuple[Floats, Floats]:
    """Estimation and event runs of the series that each pair needs, one or several."""
    first, last = design.event_days
    before = gather(series, which, rows + design.estimation[0], design.estimation_length)
    return before, gather(series, which, rows + first, last - first + 1)


def _kept(rows: Ints, cols: Ints, design: StudyDesign, masked: Bools | None) -> Bools | None:
    if masked is None or not masked.any():
        return None
    at = (rows + design.estimation[0])[:, None] + np.arange(design.estimation_length)
    inside = (at >= 0) & (at < len(masked))
    hit = masked[np.clip(at, 0, len(masked) - 1), cols[:, None]] & inside
    return np.asarray(~hit)
