"""Expected returns: batched least squares of all pairs at once, and the models without a fit.

Sums are two-pass (means first, then deviations): prefix sums are faster on paper but lose nine
digits of σ² for a fund that tracks its factor, and most tests need the residuals anyway.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

MOST = 0.75
"""Where more of the pairs lack nothing, these are solved apart; else all are masked, in one go."""


@dataclass(frozen=True)
class Rows:
    """The returns that a batch of pairs is estimated on and judged by.

    Pairs of one date and market have the same factor returns. P pairs may come as G groups of
    equally many neighbours that do; as a rule G = P, and each pair has its own.
    """

    y: Floats
    """(P, M) security returns in the estimation window."""
    x: Floats
    """(G, K, M) factor returns there."""
    event_y: Floats
    """(P, E) security returns on the event days."""
    event_x: Floats
    """(G, K, E) factor returns there."""
    keep: Bools | None = None
    """(P, M) rows that may be used; None = all. Rows with a missing return drop out anyway."""

    @property
    def size(self) -> int:
        """Pairs of a group."""
        return len(self.y) // len(self.x) if len(self.x) else 1

    def of(self, which: Bools) -> Rows:
        """Some of the pairs, each with its own factors."""
        keep = None if self.keep is None else self.keep[which]
        group = np.flatnonzero(which) // self.size
        return Rows(self.y[which], self.x[group], self.event_y[which], self.event_x[group], keep)


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
    masked: Ints | None = None
    """(P,) estimation rows with a return that were left out because another event fell there."""
    missing: Ints | None = None
    """(P,) estimation rows without a return."""
    zero_returns: Floats | None = None
    """(P,) share of the estimation rows with a return whose return is zero."""
    zero_volume: Floats | None = None
    """(P,) share of those with a known volume on which nothing was traded; NaN = none known."""

    @property
    def sigma(self) -> Floats:
        """(P,) residual standard deviation."""
        return np.asarray(np.sqrt(self.sigma2))

    def take(self, which: Bools | Ints | slice) -> Fits:
        """The pairs selected by a mask or by positions; views of them by a slice."""
        some: dict[str, Any] = {name: each[which] for name, each in self.columns.items()}
        return replace(self, **some)

    def put(self, which: Bools | Ints | slice, part: Fits) -> None:
        """Copy the fits of some pairs of the same model to their places."""
        for name, each in self.columns.items():
            each[which] = part.columns[name]

    @property
    def columns(self) -> dict[str, NDArray[Any]]:
        """What there is one of a pair, by the name of the field."""
        found = ((item.name, getattr(self, item.name)) for item in fields(self))
        return {name: value for name, value in found if isinstance(value, np.ndarray)}


def collected(parts: Iterable[tuple[Bools | Ints | slice, Fits]], total: int) -> Fits:
    """Fits of one design, each part copied to its places; forgotten before the next is asked for.

    There must be a part, were it an empty one.
    """
    parts = iter(parts)
    places, part = next(parts)
    room: dict[str, Any] = {
        name: np.empty((total, *values.shape[1:]), values.dtype)
        for name, values in part.columns.items()
    }
    whole = replace(part, **room)
    whole.put(places, part)
    for places, part in parts:
        whole.put(places, part)
    return whole


def room_for(pairs: int, m: int, days: int, factors: int) -> Fits:
    """Where `least_squares` puts the fits of so many pairs; nothing is written there yet."""
    return Fits(
        alpha=np.empty(pairs),
        betas=np.empty((pairs, factors)),
        sigma2=np.empty(pairs),
        observations=np.empty(pairs, dtype=np.int64),
        parameters=factors + 1,
        resid=np.empty((pairs, m)),
        expected=np.empty((pairs, days)),
        ar=np.empty((pairs, days)),
        deviations=np.empty((pairs, factors, days)),
        inverse=np.empty((pairs, factors, factors)),
    )


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


def least_squares(rows: Rows, into: Fits | None = None) -> Fits:
    """OLS with an intercept, K = 0 (constant mean) upward.

    β = (X̃'X̃)⁻¹X̃'ỹ on deviations from means, one step of refinement for K > 1, s² = SSR/(M - k),
    k = K + 1. Rows with a missing security or factor return, or not in `keep`, are left out.
    MacKinlay 1997, JEL 35:13. Pairs with M ≤ k or factors that are constant or collinear in their
    window get NaN.

    Parameters
    ----------
    into : (P,) fits to be written over; a new `room_for` them by default
    """
    (pairs, m), (k, days) = rows.y.shape, rows.event_x.shape[1:]
    out = room_for(pairs, m, days, k) if into is None else into
    complete = np.isfinite(rows.x.sum(axis=(1, 2)))
    whole = np.isfinite(rows.y @ np.ones(m)) & np.repeat(complete, rows.size)
    if rows.keep is not None:
        whole &= rows.keep.all(axis=1)
    if whole.all():
        centre = rows.x.mean(axis=2)
        design = np.empty((len(centre), k + 1, m))
        design[:, 0] = 1.0
        np.subtract(rows.x, centre[:, :, None], out=design[:, 1:])
        out.observations[:] = m
        _solve(rows, rows.y, design, centre, out)
    elif whole.mean() > MOST:
        # they need not be masked for the sake of the others
        for which in (whole, ~whole):
            out.put(which, least_squares(rows.of(which)))
    else:
        _solve_masked(rows if rows.size == 1 else rows.of(np.ones(pairs, dtype=bool)), out)
    return out


def _solve_masked(rows: Rows, out: Fits) -> None:
    """`least_squares` of pairs that each have their own usable rows: the others count as zero."""
    y, x, there = _usable(rows)
    design = np.empty((len(y), x.shape[1] + 1, y.shape[1]))
    # one or zero as a number: products with it are quicker than with a truth value
    used = design[:, :1]
    used[:, 0] = there
    n = np.vecdot(used, used)
    centre = np.vecdot(x, used) / np.maximum(n, 1.0)
    np.subtract(x, centre[:, :, None], out=design[:, 1:])
    design[:, 1:] *= used
    out.observations[:] = n[:, 0]
    _solve(rows, y, design, centre, out)
    out.resid[~there] = np.nan


def _solve(rows: Rows, y: Floats, design: Floats, centre: Floats, out: Fits) -> None:
    """Fits of returns that are zero, as the design is, where they are not usable.

    All pairs of a group are solved in one product.

    Parameters
    ----------
    y : (P, M)
    design : (G, 1 + K, M) ones, and the factors less their means
    centre : (G, K) these means
    out : with its observations
    """
    many, pairs, k = len(design), len(y), centre.shape[1]

    def grouped(values: NDArray[Any]) -> NDArray[Any]:
        return values.reshape(many, rows.size, *values.shape[1:])

    n = grouped(out.observations)
    cross = design[:, 1:] @ design[:, 1:].swapaxes(1, 2)
    inverse = centred_inverse(cross, n[:, 0])
    found, left = np.zeros((many, rows.size, k + 1)), y
    for _ in range(1 if k < 2 else 2):
        step = grouped(left) @ design.swapaxes(1, 2)
        step[..., 0] /= np.maximum(n, 1)
        step[..., 1:] = step[..., 1:] @ inverse
        found += step
        np.matmul(found, design, out=grouped(out.resid))
        left = np.subtract(y, out.resid, out=out.resid)
    freedom = np.where(out.observations > k + 1, out.observations - k - 1.0, np.nan)
    out.sigma2[:] = np.vecdot(out.resid, out.resid) / freedom
    ahead = np.ones((many, k + 1, rows.event_x.shape[2]))
    np.subtract(rows.event_x, centre[:, :, None], out=ahead[:, 1:])
    np.matmul(found, ahead, out=grouped(out.expected))
    np.subtract(rows.event_y, out.expected, out=out.ar)
    grouped(out.deviations)[:] = ahead[:, None, 1:]
    grouped(out.inverse)[:] = inverse[:, None]
    out.betas[:] = found[..., 1:].reshape(pairs, k)
    grouped(out.alpha)[:] = found[..., 0] - np.vecdot(found[..., 1:], centre[:, None])


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
    x = np.where(used[:, None, :], x, 0.0)
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
    """Returns with unusable rows set to zero, the factors as numbers, and which rows are usable."""
    there, x = np.isfinite(rows.y), rows.x
    if rows.keep is not None:
        there &= rows.keep
    if not np.isfinite(x.sum()):
        known = np.isfinite(x)
        there &= known.all(axis=1)
        x = np.where(known, x, 0.0)
    return np.where(there, rows.y, 0.0), x, there


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
