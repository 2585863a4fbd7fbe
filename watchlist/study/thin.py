"""Thin trading: betas and returns for stocks whose last trade was not at yesterday's close.

A stock that did not trade shows a return of zero now and the market's move later, so that same-day
betas are too small and its residuals hold old market news. Three remedies: add up the betas on
neighbouring days (Scholes-Williams, Dimson), or use only returns from trade to trade against the
market over the same span (Maynes-Rumsey). None of them fills a missing bar.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from watchlist.study.models import Fits, Floats, Rows, centred_inverse, given_betas


def scholes_williams(returns: ArrayLike, market: ArrayLike) -> Floats:
    """Scholes & Williams 1977 (JFE 5:309): β = (β₋₁ + β₀ + β₊₁) / (1 + 2ρ).

    β₋₁, β₀, β₊₁ are the slopes of three simple regressions on the market of the day before, the
    day itself and the day after; ρ is the market's first-order autocorrelation. All moments use
    the same rows: those with a return and all three market returns.

    Parameters
    ----------
    returns : (P, M) estimation rows
    market : (P, M, 3) or (M, 3): the market the session before, that session, the session after

    Returns
    -------
    (P,) NaN with fewer than three rows.
    """
    y = np.atleast_2d(np.asarray(returns, dtype=float))
    x = np.broadcast_to(np.asarray(market, dtype=float), (*y.shape, 3))
    used = np.isfinite(y) & np.isfinite(x).all(axis=2)
    rows = used.sum(axis=1)
    count = np.maximum(rows, 1)
    y, x = np.where(used, y, 0.0), np.where(used[..., None], x, 0.0)
    dy = np.where(used, y - (y.sum(axis=1) / count)[:, None], 0.0)
    centre = x.sum(axis=1) / count[:, None]
    dx = np.where(used[..., None], x - centre[:, None, :], 0.0)
    squares = np.einsum("pmk,pmk->pk", dx, dx)
    with np.errstate(divide="ignore", invalid="ignore"):
        slopes = np.einsum("pm,pmk->pk", dy, dx) / squares
        rho = np.einsum("pm,pm->p", dx[..., 0], dx[..., 1])
        rho = rho / np.sqrt(squares[:, 0] * squares[:, 1])
        beta = slopes.sum(axis=1) / (1.0 + 2.0 * rho)
    return np.where(rows < 3, np.nan, beta)


def spanned(factor: ArrayLike, gaps: ArrayLike) -> Floats:
    """The factor's compounded return over the sessions that each trade-to-trade return spans.

    Parameters
    ----------
    factor : (T,) simple returns
    gaps : (T, S) sessions since the last trade; NaN where the stock did not trade

    Returns
    -------
    (T, S) NaN where there was no trade, where the span starts before the axis or crosses a
    missing factor return.
    """
    f = np.asarray(factor, dtype=float)
    gap = np.asarray(gaps, dtype=float)
    growth = np.concatenate([[0.0], np.cumsum(np.where(np.isfinite(f), np.log1p(f), 0.0))])
    holes = np.concatenate([[0], np.cumsum(~np.isfinite(f))])
    end = np.arange(1, len(f) + 1)[:, None]
    span = np.where(np.isfinite(gap), gap, 0.0).astype(np.int64)
    start = end - span
    known = (span > 0) & (start >= 0)
    start = np.maximum(start, 0)
    known &= holes[end] == holes[start]
    return np.where(known, np.expm1(growth[end] - growth[start]), np.nan)


@dataclass(frozen=True)
class TradeRows:
    """Rows of a trade-to-trade regression, scaled so that plain OLS is the right WLS."""

    returns: Floats
    """(..., M) return since the last trade over √gap."""
    design: Floats
    """(..., M, K + 1): √gap for the constant, each spanned factor over √gap."""


def trade_rows(returns: ArrayLike, gaps: ArrayLike, factors: ArrayLike) -> TradeRows:
    """Trade-to-trade regression of Maynes & Rumsey 1993 (J. Banking & Finance 17:145).

    A return over n sessions has mean n α + β · market over the same n and variance n σ²: divided by
    √n every row has variance σ², so OLS of the scaled rows is the weighted regression, and its s²
    is the variance of one session. An abnormal return over n sessions is √n times its scaled
    residual. Rows with one session (n = 1) are untouched.

    Parameters
    ----------
    returns : (..., M) returns since the last trade
    gaps : (..., M) sessions spanned
    factors : (..., M, K) from `spanned`
    """
    root = np.sqrt(np.asarray(gaps, dtype=float))
    x = np.asarray(factors, dtype=float)
    with np.errstate(divide="ignore", invalid="ignore"):
        y = np.asarray(returns, dtype=float) / root
        design = np.concatenate([root[..., None], x / root[..., None]], axis=-1)
    missing = ~(np.isfinite(y) & np.isfinite(design).all(axis=-1)) | ~(root > 0)
    return TradeRows(np.where(missing, np.nan, y), np.where(missing[..., None], np.nan, design))


def scholes_williams_fits(rows: Rows, lagged: Floats, leading: Floats) -> Fits:
    """Market model with Scholes-Williams betas; k = 2.

    Parameters
    ----------
    rows : with the market as its one factor
    lagged, leading : (P, M) the market one session before and after each estimation row
    """
    market = np.stack([lagged, rows.x[:, 0], leading], axis=2)
    y = rows.y if rows.keep is None else np.where(rows.keep, rows.y, np.nan)
    used = np.isfinite(y) & np.isfinite(market).all(axis=2)
    beta = scholes_williams(y, market)
    whole = Rows(rows.y, rows.x, rows.event_y, rows.event_x, used)
    return given_betas(whole, beta[:, None], parameters=2, intercept=True)


def trade_to_trade_fits(rows: Rows, gaps: Floats, event_gaps: Floats) -> Fits:
    """Market model on returns since the last trade, weighted by the sessions that they span.

    Parameters
    ----------
    rows : y, event_y = returns since the last trade; x, event_x = factors over the same sessions
    gaps, event_gaps : (P, M) and (P, E) sessions spanned
    """
    scaled = trade_rows(rows.y, gaps, np.moveaxis(rows.x, 1, 2))
    y, x = scaled.returns, np.moveaxis(scaled.design, 2, 1)
    there = np.isfinite(y)
    if rows.keep is not None:
        there &= rows.keep
    y, x = np.where(there, y, 0.0), np.where(there[:, None, :], x, 0.0)
    n, k = there.sum(axis=1), x.shape[1]
    inverse = centred_inverse(np.einsum("pim,pjm->pij", x, x), n)
    slopes = np.zeros((len(y), k))
    resid = y.copy()
    for _ in range(2):
        step = np.einsum("pij,pj->pi", inverse, np.einsum("pim,pm->pi", x, resid))
        resid -= np.einsum("pi,pim->pm", step, x)
        slopes += step
    freedom = np.where(n > k, n - float(k), np.nan)
    sigma2 = np.einsum("pm,pm->p", resid, resid) / freedom
    resid[~there] = np.nan
    event_x = np.concatenate([event_gaps[:, None, :], rows.event_x], axis=1)
    expected = np.einsum("pi,pie->pe", slopes, event_x)
    return Fits(
        alpha=slopes[:, 0],
        betas=slopes[:, 1:],
        sigma2=sigma2,
        observations=n,
        parameters=k,
        resid=resid,
        expected=expected,
        ar=rows.event_y - expected,
        deviations=event_x,
        inverse=inverse,
        intercept=False,
        spans=event_gaps,
    )
