"""From abnormal returns of days to effects of windows, with the full forecast variance."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from watchlist.study.models import Fits, Ints, Rows

Floats = NDArray[np.float64]
Compounding = Literal["simple", "log", "none"]


@dataclass(frozen=True)
class Effects:
    """One event window of P pairs."""

    first: int
    last: int
    car: Floats
    """(P,) sum of the abnormal returns that are there; NaN if none is."""
    se: Floats
    """(P,) forecast standard error of car."""
    scar: Floats
    """(P,) car / se."""
    bhar: Floats
    """(P,) compounded return less compounded expected return."""
    ret: Floats
    """(P,) compounded raw return."""
    days: Ints
    """(P,) days with an abnormal return; less than the window's length = incomplete."""
    notes: dict[int, str] = field(default_factory=dict)
    """What is unusual about a pair's effect, by its position."""

    @property
    def length(self) -> int:
        """L: sessions in the window."""
        return self.last - self.first + 1


def day_errors(fits: Fits) -> Floats:
    """(P, E) forecast standard error of each day's abnormal return.

    s √(1 + 1/M + d'(X̃'X̃)⁻¹d), d = factor deviations of that day. Patell 1976, JAR 14:246.
    """
    variance = np.einsum("pie,pij,pje->pe", fits.deviations, fits.inverse, fits.deviations)
    if fits.intercept:
        variance += 1.0 / np.maximum(fits.observations, 1)[:, None]
    variance += 1.0 if fits.spans is None else fits.spans
    variance *= fits.sigma2[:, None]
    return np.asarray(np.sqrt(variance, out=variance))


def effects(
    fits: Fits, first_day: int, first: int, last: int, *, compounding: Compounding = "simple"
) -> Effects:
    """CAR, SCAR and BHAR of one window.

    Var(CAR) = s²·1'(I + X*(X'X)⁻¹X*')1 = s²(L + L²/M + D'(X̃'X̃)⁻¹D), D = sum of the factor
    deviations over the window: the square of the sum, not the sum of squares. Days without a
    return are left out of sums and of L.

    Parameters
    ----------
    first_day : day of the first column of `fits.ar`
    compounding : how `ret` and `bhar` add up: simple returns, logarithms, or no returns at all
        (then `ret` is a sum and `bhar` is NaN)
    """
    car, se, days = forecasts(fits, first_day, first, last)
    span = slice(first - first_day, last - first_day + 1)
    ar, expected = fits.ar[:, span], fits.expected[:, span]
    raw, none = ar + expected, days == 0
    if not np.isfinite(ar.sum()):
        there = np.isfinite(ar)
        raw, expected = np.where(there, raw, 0.0), np.where(there, expected, 0.0)
    ret, held = _compound(raw, compounding), _compound(expected, compounding)
    if compounding == "none":
        held = np.full(len(ret), np.nan)
    ret[none] = np.nan
    scar = standardized(car, se)
    return Effects(first, last, car, np.where(none, np.nan, se), scar, ret - held, ret, days)


def forecasts(fits: Fits, first_day: int, first: int, last: int) -> tuple[Floats, Floats, Ints]:
    """(P,) CAR of one window, its forecast standard error, and the days that are in them.

    The error of a window without any day is 0, as its CAR is NaN.
    """
    span = slice(first - first_day, last - first_day + 1)
    ar, deviations = fits.ar[:, span], fits.deviations[:, :, span]
    if np.isfinite(ar.sum()):
        days = np.full(len(ar), ar.shape[1], dtype=np.int64)
        # products add short rows up faster, but a CAR may cancel out and keeps the better sum
        car, total = ar.sum(axis=1), np.vecdot(deviations, np.ones(ar.shape[1]))
    else:
        there = np.isfinite(ar)
        days = there.sum(axis=1)
        car = np.where(days > 0, np.where(there, ar, 0.0).sum(axis=1), np.nan)
        total = np.where(there[:, None, :], deviations, 0.0).sum(axis=2)
    length = days.astype(float)
    noise = (
        length if fits.spans is None else np.where(np.isfinite(ar), fits.spans[:, span], 0).sum(1)
    )
    inner = noise + np.einsum("pi,pij,pj->p", total, fits.inverse, total)
    if fits.intercept:
        inner += length * length / np.maximum(fits.observations, 1)
    return car, np.sqrt(fits.sigma2 * inner), days


def standardized(car: Floats, se: Floats) -> Floats:
    """car / se, NaN without a spread to divide by."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.where(se > 0, car / se, np.nan))


def _compound(returns: Floats, compounding: Compounding) -> Floats:
    if compounding == "simple":
        return np.asarray(np.prod(1.0 + returns, axis=1) - 1.0)
    total = returns.sum(axis=1)
    return np.asarray(np.expm1(total) if compounding == "log" else total)


def path_scars(
    fits: Fits, first_day: int, first: int, last: int, *, missing_ok: bool = False
) -> Floats:
    """(P, L) SCAR of [first, first], [first, first + 1], ..., [first, last].

    A missing day makes the rest of its path NaN, or with `missing_ok` is left out of it.
    """
    car, se = paths(fits, first_day, first, last, missing_ok=missing_ok)
    return standardized(car, se)


def paths(
    fits: Fits, first_day: int, first: int, last: int, *, missing_ok: bool = False
) -> tuple[Floats, Floats]:
    """(P, L) CAR and its forecast standard error along the growing windows [first, day]."""
    span = slice(first - first_day, last - first_day + 1)
    ar, deviations = fits.ar[:, span], fits.deviations[:, :, span]
    there = np.isfinite(ar)
    length = there.cumsum(axis=1).astype(float)
    car = (np.where(there, ar, 0.0) if missing_ok else ar).cumsum(axis=1)
    total = np.where(there[:, None, :], deviations, 0.0).cumsum(axis=2)
    noise = length
    if fits.spans is not None:
        noise = np.where(there, fits.spans[:, span], 0.0).cumsum(axis=1)
    inner = noise + np.einsum("pie,pij,pje->pe", total, fits.inverse, total)
    if fits.intercept:
        inner += length**2 / np.maximum(fits.observations, 1)[:, None]
    return car, np.sqrt(fits.sigma2[:, None] * inner)


def joint_effects(
    effect: Effects, rows: Rows, first_day: int, day0: Ints, others: list[Ints]
) -> Effects:
    """The effects of a window with overlapping pairs re-estimated jointly.

    Parameters
    ----------
    rows : of the P pairs; `keep` leaves out other events' rows of the estimation window
    first_day : day of the first event row
    day0 : (P,) session rows
    others : for each pair the session rows of the security's other events
    """
    car, se, scar = effect.car.copy(), effect.se.copy(), effect.scar.copy()
    notes = dict(effect.notes)
    for p, theirs in enumerate(others):
        apart = np.unique(theirs - day0[p])
        meeting = apart[np.abs(apart) < effect.length]
        if not len(meeting):
            continue
        if (meeting == 0).any():
            car[p] = se[p] = scar[p] = np.nan
            notes[p] = "another event has the same day 0: no regression can tell them apart"
            continue
        found = _own_dummy(effect, rows, p, first_day, meeting)
        if found is None:
            car[p] = se[p] = scar[p] = np.nan
            notes[p] = "the windows that meet leave too few rows to tell the events apart"
            continue
        car[p], se[p] = found
        scar[p] = car[p] / se[p]
        notes[p] = f"estimated jointly with {len(meeting)} events whose windows meet this one"
    return replace(effect, car=car, se=se, scar=scar, notes=notes)


def _own_dummy(
    effect: Effects, rows: Rows, p: int, first_day: int, meeting: Ints
) -> tuple[float, float] | None:
    """CAR and its standard error, or None where it is not identified."""
    m, days = rows.y.shape[1], rows.event_y.shape[1]
    day = np.concatenate([np.full(m, np.iinfo(np.int32).min), first_day + np.arange(days)])
    y = np.concatenate([rows.y[p], rows.event_y[p]])
    x = np.concatenate([rows.x[p], rows.event_x[p]], axis=1).T
    windows = [
        (day >= effect.first + shift) & (day <= effect.last + shift) for shift in (0, *meeting)
    ]
    dummies = np.column_stack(windows).astype(float)
    used = np.isfinite(y) & np.isfinite(x).all(axis=1)
    used[:m] &= True if rows.keep is None else rows.keep[p]
    used[m:] &= dummies[m:].any(axis=1)
    own_days = int((used & windows[0]).sum())
    design = np.column_stack([np.ones(len(y)), x, dummies])[used]
    freedom = len(design) - design.shape[1]
    if own_days == 0 or freedom < 1 or np.linalg.matrix_rank(design) < design.shape[1]:
        return None
    inverse = np.linalg.inv(design.T @ design)
    coefficients = inverse @ (design.T @ y[used])
    resid = y[used] - design @ coefficients
    own = 1 + x.shape[1]
    sigma2 = float(resid @ resid) / freedom
    return own_days * float(coefficients[own]), own_days * float(
        np.sqrt(sigma2 * inverse[own, own])
    )
