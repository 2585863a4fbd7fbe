"""Models that are fitted pair by pair: moving variance, and a synthetic twin."""

from __future__ import annotations

import numpy as np

from watchlist.errors import StudyError
from watchlist.study.garch import Volatility, fit_garch
from watchlist.study.models import Bools, Fits, Rows, blank_fits
from watchlist.study.synthetic import simplex_weights

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


def synthetic_fits(rows: Rows, donors: Bools) -> Fits:
    """Each firm less its synthetic twin: weights ≥ 0, sum 1, from the estimation rows.

    Abadie, Diamond & Hainmueller 2010, JASA 105:493. s is the root mean square of the estimation
    residuals (k = 0: the simplex leaves no free parameter to count).

    Parameters
    ----------
    rows : x, event_x = returns of every possible donor
    donors : (P, K) which of them may be used for each pair: untreated, and not the firm itself
    """
    pairs, m = rows.y.shape
    days = rows.event_y.shape[1]
    out = blank_fits(pairs, m, days, 0, parameters=0)
    assert out.notes is not None
    for p in range(pairs):
        y = rows.y[p] if rows.keep is None else np.where(rows.keep[p], rows.y[p], np.nan)
        used, ahead = np.isfinite(y), np.isfinite(rows.event_y[p])
        whole = np.isfinite(rows.x[p][:, used]).all(axis=1)
        whole &= np.isfinite(rows.event_x[p][:, ahead]).all(axis=1) & donors[p]
        if whole.sum() < 2 or used.sum() < 3:
            out.notes[p] = f"{int(whole.sum())} untreated peers with whole windows; it needs two"
            continue
        peers = rows.x[p][np.ix_(whole, used)].T
        weights = simplex_weights(y[used], peers)
        resid = y[used] - peers @ weights
        out.resid[p, used] = resid
        out.sigma2[p] = float(np.mean(resid**2))
        out.observations[p] = int(used.sum())
        twin = weights @ rows.event_x[p][whole]
        out.expected[p], out.ar[p] = twin, rows.event_y[p] - twin
    return out
