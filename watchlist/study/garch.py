"""Abnormal returns with a variance that remembers: GARCH(1,1) and EGARCH(1,1) market models.

Quiet and wild spells make a constant s² too small in one and too large in the other. The model is
fitted to the estimation rows by `arch` (an optional extra) and its variance is forecast, from the
last estimation row on, to the days of the event window: nothing of the event is in it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from watchlist.errors import StudyError
from watchlist.study.models import Fits, Rows, blank_fits

Floats = NDArray[np.float64]
Volatility = Literal["garch", "egarch"]

PATHS = 4_000
"""Simulated paths of the EGARCH forecast, which has no closed form beyond one day."""


@dataclass(frozen=True)
class GarchFit:
    """One pair's market model with a moving variance."""

    alpha: float
    betas: Floats
    """(K,)"""
    resid: Floats
    """(M,) NaN where the row was missing."""
    conditional_sd: Floats
    """(M,) NaN where the row was missing."""
    ar: Floats
    """(L,)"""
    forecast_sd: Floats
    """(L,) of each abnormal return; coefficient error is neglected."""
    observations: int
    parameters: dict[str, float]
    """omega, alpha[1], (gamma[1],) beta[1] of the variance of returns in percent."""
    warning: str | None
    """Why the fit is doubtful; None when the optimiser converged inside its bounds."""


def fit_garch(
    returns: ArrayLike,
    factors: ArrayLike,
    event_returns: ArrayLike,
    event_factors: ArrayLike,
    *,
    volatility: Volatility = "garch",
    gap: int = 0,
    seed: int = 0,
) -> GarchFit:
    """Market model with GARCH(1,1) (Bollerslev 1986) or EGARCH(1,1) (Nelson 1991) errors.

    Parameters
    ----------
    returns, factors : (M,) and (M, K) estimation rows, oldest first; rows with NaN are left out
        and the variance passes over them as if their neighbours were consecutive
    event_returns, event_factors : (L,) and (L, K)
    gap : sessions between the last estimation row and the first event day
    seed : of the EGARCH forecast

    Raises
    ------
    StudyError
        `arch` is not installed, or there are fewer than 60 rows.
    """
    arch_model = _arch_model()
    y = np.asarray(returns, dtype=float)
    x = np.asarray(factors, dtype=float).reshape(len(y), -1)
    used = np.isfinite(y) & np.isfinite(x).all(axis=1)
    rows = int(used.sum())
    if rows < 60:
        raise StudyError(
            f"a GARCH model of {rows} rows is not worth its name", "give 60 rows or more"
        )
    event_y = np.atleast_1d(np.asarray(event_returns, dtype=float))
    event_x = np.asarray(event_factors, dtype=float).reshape(len(event_y), -1)
    model = arch_model(
        100.0 * y[used],
        x=100.0 * x[used] if x.shape[1] else None,
        mean="LS" if x.shape[1] else "Constant",
        vol="GARCH" if volatility == "garch" else "EGARCH",
        p=1,
        o=0 if volatility == "garch" else 1,
        q=1,
        rescale=False,
    )
    fit = model.fit(disp="off", show_warning=False)
    parameters = {str(name): float(value) for name, value in fit.params.items()}
    names = list(parameters)
    mean, variance = names[: 1 + x.shape[1]], names[1 + x.shape[1] :]
    alpha = parameters[mean[0]] / 100.0
    betas = np.array([parameters[name] for name in mean[1:]])
    resid, sd = np.full(len(y), np.nan), np.full(len(y), np.nan)
    resid[used] = np.asarray(fit.resid) / 100.0
    sd[used] = np.asarray(fit.conditional_volatility) / 100.0
    shape = {name: parameters[name] for name in variance}
    ahead = _forecast(
        shape, 100.0 * resid[used][-1], 100.0 * sd[used][-1], gap + len(event_y), volatility, seed
    )
    return GarchFit(
        alpha=alpha,
        betas=betas,
        resid=resid,
        conditional_sd=sd,
        ar=event_y - alpha - event_x @ betas,
        forecast_sd=np.sqrt(ahead[gap:]) / 100.0,
        observations=rows,
        parameters=shape,
        warning=_doubt(fit, shape, volatility),
    )


def _forecast(
    shape: dict[str, float], resid: float, sd: float, days: int, volatility: Volatility, seed: int
) -> Floats:
    """Expected variance 1, ..., `days` sessions after the last row, in squared percent."""
    omega, a, b = shape["omega"], shape["alpha[1]"], shape["beta[1]"]
    out = np.empty(days)
    if volatility == "garch":
        out[0] = omega + a * resid**2 + b * sd**2
        for day in range(1, days):
            out[day] = omega + (a + b) * out[day - 1]
        return out
    gamma = shape["gamma[1]"]
    mean_abs = math.sqrt(2.0 / math.pi)
    rng = np.random.default_rng(seed)
    z = np.full(PATHS, resid / sd)
    log_variance = np.full(PATHS, 2.0 * math.log(sd))
    for day in range(days):
        log_variance = omega + a * (np.abs(z) - mean_abs) + gamma * z + b * log_variance
        out[day] = float(np.mean(np.exp(np.minimum(log_variance, 700.0))))
        half = rng.standard_normal(PATHS // 2)
        z = np.concatenate([half, -half])
        rng.shuffle(z)
    return out


def _doubt(fit: Any, shape: dict[str, float], volatility: Volatility) -> str | None:
    if fit.convergence_flag != 0:
        return f"the optimiser of {volatility} did not converge (flag {fit.convergence_flag})"
    memory = shape["beta[1]"] + (shape["alpha[1]"] if volatility == "garch" else 0.0)
    if memory > 0.999:
        return "the variance has no mean to return to (persistence at its bound)"
    return None


def _arch_model() -> Any:
    try:
        from arch import arch_model
    except ImportError:
        raise StudyError(
            "models garch and egarch need the package arch, which is not installed",
            "pip install 'mining-watchlist[garch]'",
        ) from None
    return arch_model


EXPLOSION = 100.0
"""Forecast over estimation variance that no market has: the fit is at its bound."""


def garch_fits(rows: Rows, *, volatility: Volatility, gap: int, seed: int) -> Fits:
    """Market model with GARCH or EGARCH errors; residuals come standardized by their own day.

    The forecast variance is the model's, day by day; the error of the coefficients is neglected.

    Parameters
    ----------
    gap : sessions between the last estimation row and the first event day
    """
    pairs, m = rows.y.shape
    days, factors = rows.event_y.shape[1], rows.x.shape[1]
    out = blank_fits(pairs, m, days, factors, parameters=factors + 1)
    assert out.spans is not None
    assert out.notes is not None
    for p in range(pairs):
        y = rows.y[p] if rows.keep is None else np.where(rows.keep[p], rows.y[p], np.nan)
        try:
            fit = fit_garch(
                y, rows.x[p].T, rows.event_y[p], rows.event_x[p].T,
                volatility=volatility, gap=gap, seed=seed,
            )  # fmt: skip
        except StudyError as error:
            if "not installed" in error.message:
                raise
            out.notes[p] = error.message
            continue
        sigma2 = float(np.nanmean(fit.conditional_sd**2))
        spans = fit.forecast_sd**2 / sigma2
        if not (spans < EXPLOSION).all():
            out.notes[p] = f"the forecast variance of {volatility} explodes: no such model fits"
            continue
        out.alpha[p], out.betas[p], out.sigma2[p] = fit.alpha, fit.betas, sigma2
        out.observations[p] = fit.observations
        out.resid[p] = fit.resid / fit.conditional_sd * np.sqrt(sigma2)
        out.ar[p], out.expected[p] = fit.ar, rows.event_y[p] - fit.ar
        out.spans[p] = spans
        out.notes[p] = fit.warning
    return out
