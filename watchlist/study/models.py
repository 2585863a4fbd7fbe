"""Expected returns: batched least squares of all pairs at once, and the models without a fit.

Sums are two-pass (means first, then deviations): prefix sums are faster on paper but lose nine
digits of σ² for a fund that tracks its factor, and most tests need the residuals anyway.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class Rows:
    """The returns that a batch of pairs is estimated on and judged by."""

    y: Floats
    """(P, M) security returns in the estimation window."""
    x: Floats
    """(P, K, M) factor returns there."""
    event_y: Floats
    """(P, E) security returns on the event days."""
    event_x: Floats
    """(P, K, E) factor returns there."""
    keep: Bools | None = None
    """(P, M) rows that may be used; None = all. Rows with a missing return drop out anyway."""
    shared: Ints | None = None
    """(P,) where each pair's factors are in an `x` of (D, K, M) and an `event_x` of (D, K, E), as
    pairs of one date have the same; None = each has its own."""

    def of(self, which: Bools) -> Rows:
        """Some of the pairs."""
        keep = None if self.keep is None else self.keep[which]
        y, event_y = self.y[which], self.event_y[which]
        if self.shared is not None:
            return Rows(y, self.x, event_y, self.event_x, keep, self.shared[which])
        return Rows(y, self.x[which], event_y, self.event_x[which], keep)

    def apart(self) -> Rows:
        """The same pairs, each with its own factors."""
        if self.shared is None:
            return self
        x, event_x = self.x[self.shared], self.event_x[self.shared]
        return Rows(self.y, x, self.event_y, event_x, self.keep)


@dataclass(frozen=True)
class Fits:
    """Estimates of P pairs; everything that windows and tests need, nothing about time."""

    alpha: Floats
    """(P,) intercept; NaN for a model without one."""
    betas: Floats
    """(P, K)"""
    sigma2: Floats
    """(P,) s² = SSR/(M - k)."""
    observations: Ints
    """(P,) estimation rows used, M."""
    parameters: int
    """k"""
    resid: Floats
    """(P, M) estimation residuals; NaN where the row was not used."""
    expected: Floats
    """(P, E) expected returns of the event days."""
    ar: Floats
    """(P, E) abnormal returns."""
    deviations: Floats
    """(P, K, E) factor returns less their estimation means."""
    inverse: Floats
    """(P, K, K) inverse of the centred cross products of the factors."""
    intercept: bool = True
    """The mean was estimated, so that its error belongs to the forecast."""
    spans: Floats | None = None
    """(P, E) variance of an event day in units of s²; None = 1. More where a return spans several
    sessions (trade-to-trade) or the variance moves (GARCH)."""
    notes: NDArray[np.object_] | None = None
    """(P,) what is doubtful about a fit, or why there is none; None where nothing is."""

    @property
    def sigma(self) -> Floats:
        """(P,) residual standard deviation."""
        return np.asarray(np.sqrt(self.sigma2))

    def take(self, which: Bools | Ints) -> Fits:
        """The pairs selected by a mask or by positions."""
        return Fits(
            self.alpha[which],
            self.betas[which],
            self.sigma2[which],
            self.observations[which],
            self.parameters,
            self.resid[which],
            self.expected[which],
            self.ar[which],
            self.deviations[which],
            self.inverse[which],
            self.intercept,
            None if self.spans is None else self.spans[which],
            None if self.notes is None else self.notes[which],
        )


def joined(parts: Iterator[tuple[slice | Bools, Fits]], pairs: int) -> Fits:
    """The fits of one model, made some pairs at a time, each part at its place.

    Each part is copied and forgotten before the next is made, so that the working memory stays
    that of one part.
    """
    place, first = next(parts)
    columns: dict[str, Any] = {
        item.name: np.empty((pairs, *value.shape[1:]), value.dtype)
        for item in fields(Fits)
        if isinstance(value := getattr(first, item.name), np.ndarray)
    }
    for where, part in chain([(place, first)], parts):
        for name, column in columns.items():
            column[where] = getattr(part, name)
    return replace(first, **columns)


def gather(series: Floats, cols: Ints, start: Ints, length: int) -> Floats:
    """Runs of `length` sessions; outside the panel is missing.

    Parameters
    ----------
    series : (S, T), time contiguous
    cols, start : (P,) or (P, K) column and first row of each run, which may lie before 0 or after T

    Returns
    -------
    (P, length) or (P, K, length)
    """
    many, total = series.shape
    before = max(0, -int(start.min(initial=0)))
    after = max(0, int(start.max(initial=0)) + length - total)
    if before or after:
        series = np.pad(series, ((0, 0), (before, after)), constant_values=np.nan)
        total += before + after
    # a sliding_window_view by hand: for a small batch that one takes longer than the gathering
    shape, (line, item) = (many, total - length + 1, length), series.strides
    view = np.ndarray(shape, series.dtype, series, strides=(line, item, item))
    return np.asarray(view[cols, start + before])


def least_squares(rows: Rows) -> Fits:
    """OLS with an intercept, K = 0 (constant mean) upward.

    β = (X̃'X̃)⁻¹X̃'ỹ on deviations from means, one step of refinement for K > 1, s² = SSR/(M - k),
    k = K + 1. Rows with a missing security or factor return, or not in `keep`, are left out.
    MacKinlay 1997, JEL 35:13. Pairs with M ≤ k or factors that are constant or collinear in their
    window get NaN.
    """
    y_mean, x_mean = rows.y.mean(axis=1), rows.x.mean(axis=2)
    complete = np.isfinite(x_mean).all(axis=1)
    whole = np.isfinite(y_mean) & (complete if rows.shared is None else complete[rows.shared])
    if rows.keep is not None:
        whole &= rows.keep.all(axis=1)
    if whole.all():
        n = np.full(len(whole), rows.y.shape[1], dtype=np.int64)
        return _solved(rows.y, rows.x, y_mean, x_mean, n, None, rows)
    if whole.any():
        # most pairs lack nothing, and need not be masked for the sake of the others
        parts = ((which, least_squares(rows.of(which))) for which in (whole, ~whole))
        return joined(parts, len(whole))
    rows = rows.apart()
    y, x, keep = _usable(rows)
    n = keep.sum(axis=1)
    count = np.maximum(n, 1)
    return _solved(y, x, y.sum(axis=1) / count, x.sum(axis=2) / count[:, None], n, keep, rows)


def _solved(
    y: Floats, x: Floats, y_mean: Floats, x_mean: Floats, n: Ints, keep: Bools | None, rows: Rows
) -> Fits:
    """`least_squares` of returns that are zero where they are not usable."""
    pairs, k = y.shape[0], x.shape[1]
    resid = y - y_mean[:, None]
    centred, event_x = x - x_mean[:, :, None], rows.event_x
    if keep is not None:
        resid *= keep
        centred *= keep[:, None, :]
    of_x = n if rows.shared is None else np.full(len(x), x.shape[2])  # they come with whole rows
    inverse = centred_inverse(np.vecdot(centred[:, :, None], centred[:, None]), of_x)
    if rows.shared is not None:
        centred, inverse, x_mean, event_x = (
            each[rows.shared] for each in (centred, inverse, x_mean, event_x)
        )
    betas = np.zeros((pairs, k))
    for last in (True,) if k < 2 else (False, True):
        step = np.einsum("pij,pj->pi", inverse, np.vecdot(centred, resid[:, None]))
        for i in range(k):
            # the last time the factors themselves are not needed any more
            spare = centred[:, i] if last else None
            resid -= np.multiply(centred[:, i], step[:, i, None], out=spare)
        betas += step
    freedom = np.where(n > k + 1, n - k - 1.0, np.nan)
    sigma2 = np.vecdot(resid, resid) / freedom
    if keep is not None:
        resid[~keep] = np.nan
    deviations = event_x - x_mean[:, :, None]
    expected = np.repeat(y_mean[:, None], rows.event_y.shape[1], axis=1)
    for i in range(k):
        expected += betas[:, i, None] * deviations[:, i]
    return Fits(
        alpha=y_mean - np.einsum("pi,pi->p", betas, x_mean),
        betas=betas,
        sigma2=sigma2,
        observations=n,
        parameters=k + 1,
        resid=resid,
        expected=expected,
        ar=rows.event_y - expected,
        deviations=deviations,
        inverse=inverse,
    )


def given_betas(rows: Rows, betas: Floats, *, parameters: int, intercept: bool) -> Fits:
    """Residuals and abnormal returns for slopes that were found elsewhere.

    Market-adjusted returns (β = 1, no intercept, k = 0: Brown & Warner 1985) and thin-trading betas
    (Scholes-Williams, Dimson: α from the means, k as the caller counts). The forecast variance
    takes the slopes as they are: it carries the error of the mean, and that of the slopes with the
    OLS cross products of the same rows.

    Parameters
    ----------
    betas : (P, K)
    """
    y, x, used = _usable(rows)
    n = used.sum(axis=1)
    count = np.maximum(n, 1)
    y_mean = y.sum(axis=1) / count
    x_mean = x.sum(axis=2) / count[:, None]
    alpha = y_mean - np.einsum("pi,pi->p", betas, x_mean) if intercept else np.zeros(len(n))
    resid = y - alpha[:, None] - np.einsum("pi,pim->pm", betas, x)
    resid[~used] = np.nan
    ssr = np.nansum(resid * resid, axis=1)
    deviations = rows.event_x - x_mean[:, :, None]
    if intercept:
        centred = np.where(used[:, None, :], x - x_mean[:, :, None], 0.0)
        inverse = centred_inverse(np.einsum("pim,pjm->pij", centred, centred), n)
    else:
        inverse = np.zeros((len(n), x.shape[1], x.shape[1]))
    expected = alpha[:, None] + np.einsum("pi,pie->pe", betas, rows.event_x)
    return Fits(
        alpha=alpha if intercept else np.full(len(n), np.nan),
        betas=betas,
        sigma2=ssr / np.where(n > parameters, n - parameters, np.nan),
        observations=n,
        parameters=parameters,
        resid=resid,
        expected=expected,
        ar=rows.event_y - expected,
        deviations=deviations,
        inverse=inverse,
        intercept=intercept,
    )


def blank_fits(pairs: int, m: int, days: int, factors: int, *, parameters: int) -> Fits:
    """Fits of nothing yet: all missing, no observations, forecast variance s² a day."""

    def nan(*shape: int) -> Floats:
        return np.full(shape, np.nan)

    return Fits(
        alpha=nan(pairs),
        betas=nan(pairs, factors),
        sigma2=nan(pairs),
        observations=np.zeros(pairs, dtype=np.int64),
        parameters=parameters,
        resid=nan(pairs, m),
        expected=nan(pairs, days),
        ar=nan(pairs, days),
        deviations=np.zeros((pairs, 0, days)),
        inverse=np.zeros((pairs, 0, 0)),
        intercept=False,
        spans=np.ones((pairs, days)),
        notes=np.full(pairs, None, dtype=object),
    )


def _usable(rows: Rows) -> tuple[Floats, Floats, Bools]:
    """Returns with unusable rows set to zero, and which rows are usable."""
    there = np.isfinite(rows.y) & np.isfinite(rows.x).all(axis=1)
    if rows.keep is not None:
        there &= rows.keep
    return np.where(there, rows.y, 0.0), np.where(there[:, None, :], rows.x, 0.0), there


def centred_inverse(cross: Floats, n: Ints) -> Floats:
    """Batched inverse; NaN where a factor does not move or factors are collinear."""
    k = cross.shape[1]
    if k == 0:
        return cross
    scale = np.sqrt(np.einsum("pii->pi", cross))
    with np.errstate(divide="ignore", invalid="ignore"):
        if k == 1:
            out = 1.0 / cross
        else:
            unit = cross / (scale[:, :, None] * scale[:, None, :])
            sound = np.isfinite(unit).all(axis=(1, 2))
            unit[~sound] = np.eye(k)
            sound &= np.linalg.eigvalsh(unit)[:, 0] > 1e-12
            unit[~sound] = np.eye(k)
            out = np.linalg.inv(unit) / (scale[:, :, None] * scale[:, None, :])
            out[~sound] = np.nan
    out[(scale <= 0).any(axis=1) | (n <= k + 1)] = np.nan
    return np.asarray(out)
