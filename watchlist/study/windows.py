"""From abnormal returns of days to effects of windows, with the full forecast variance."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from watchlist.study.models import Fits

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
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
