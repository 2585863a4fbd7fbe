"""Models for thin trading in the shape of every other model: rows in, fits out."""

from __future__ import annotations

import numpy as np

from watchlist.study.models import Fits, Floats, Rows, centred_inverse, given_betas
from watchlist.study.thin import scholes_williams, trade_rows


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
