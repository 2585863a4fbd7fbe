"""Synthetic control: the mix of untreated peers that tracked the firm best before the event.

The control must not be treated: peers that the event names, and funds that hold the firm, are for
the caller to leave out. Inference is by placebo: each peer in turn plays the firm.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from watchlist.errors import StudyError
from watchlist.study.models import Bools, Fits, Rows, blank_fits

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class SyntheticFit:
    """One firm against its synthetic twin."""

    weights: Floats
    """(J,) at least 0, sum 1; 0 for peers left out."""
    left_out: tuple[int, ...]
    """Peers without a return in some row that the firm has."""
    resid: Floats
    """(M,) firm less twin; NaN where the firm has no return."""
    ar: Floats
    """(L,)"""
    sigma: float
    """Root mean square of resid."""
    car: float
    placebo_car: Floats
    """(J,) CAR of each peer against its own twin over its own sigma; NaN for peers left out."""
    p: float
    """Rank of |CAR|/sigma among the peers', (1 + hits)/(1 + peers)."""
    floor: float
    warning: str | None


def simplex_weights(target: ArrayLike, peers: ArrayLike) -> Floats:
    """Weights w ≥ 0, Σw = 1 that minimise ‖y - Xw‖².

    With Σw = 1 the residual is the point Σ w_j (y - x_j), so this is the point of a convex hull
    nearest to zero; its conditions are those of min ‖Dv‖² + (1'v - 1)² over v ≥ 0 with w = v/Σv,
    which non-negative least squares solves exactly (Wolfe 1976, Math. Programming 11:128).

    Parameters
    ----------
    target : (M,) finite
    peers : (M, J) finite
    """
    from scipy.optimize import nnls

    y, x = np.asarray(target, dtype=float), np.asarray(peers, dtype=float)
    distance = y[:, None] - x
    scale = math.sqrt(float(np.mean(distance**2)) * len(y))
    if scale == 0:
        return np.full(x.shape[1], 1.0 / x.shape[1])
    system = np.vstack([distance / scale, np.ones(x.shape[1])])
    v, _ = nnls(system, np.append(np.zeros(len(y)), 1.0))
    return np.asarray(v / v.sum(), dtype=float)


def synthetic_control(
    returns: ArrayLike, peers: ArrayLike, event_returns: ArrayLike, event_peers: ArrayLike
) -> SyntheticFit:
    """Synthetic control of Abadie, Diamond & Hainmueller 2010 (JASA 105:493) on returns.

    Weights come from the estimation rows alone. Each peer is then treated as if it were the firm,
    its donors being the other peers, and p is the rank of |CAR|/sigma. With J peers p cannot fall
    below 1/(J + 1).

    Parameters
    ----------
    returns, peers : (M,) and (M, J) estimation rows; rows where the firm is NaN are left out, peers
        that are NaN in one of the remaining rows or in the event window are left out
    event_returns, event_peers : (L,) and (L, J)

    Raises
    ------
    StudyError
        Fewer than two usable peers, or no estimation rows.
    """
    y, x = np.asarray(returns, dtype=float), np.asarray(peers, dtype=float)
    event_y = np.atleast_1d(np.asarray(event_returns, dtype=float))
    event_x = np.asarray(event_peers, dtype=float).reshape(len(event_y), -1)
    used = np.isfinite(y)
    whole = np.isfinite(x[used]).all(axis=0) & np.isfinite(event_x).all(axis=0)
    keep = np.flatnonzero(whole)
    if len(keep) < 2 or int(used.sum()) < 3:
        raise StudyError(
            f"{len(keep)} peers with all {int(used.sum())} estimation rows and the event window",
            "a synthetic control needs two peers or more: name others, or shorten the window",
        )
    donors, donors_event = x[np.ix_(used, keep)], event_x[:, keep]
    weights = simplex_weights(y[used], donors)
    resid = np.full(len(y), np.nan)
    resid[used] = y[used] - donors @ weights
    ar = event_y - donors_event @ weights
    sigma = math.sqrt(float(np.mean(resid[used] ** 2)))
    car = float(ar.sum())
    placebo = np.full(x.shape[1], np.nan)
    for position, peer in enumerate(keep):
        others = np.delete(np.arange(len(keep)), position)
        own = simplex_weights(donors[:, position], donors[:, others])
        before = donors[:, position] - donors[:, others] @ own
        after = donors_event[:, position] - donors_event[:, others] @ own
        spread = math.sqrt(float(np.mean(before**2)))
        placebo[peer] = float(after.sum()) / spread if spread > 0 else np.nan
    known = placebo[np.isfinite(placebo)]
    floor = 1.0 / (1 + len(known))
    p = math.nan
    warning = None
    if not math.isfinite(car):
        warning = "a day has no return"
    elif sigma == 0:
        warning = "the peers reproduce the firm exactly: there is no noise to compare with"
    else:
        hits = int(np.count_nonzero(np.abs(known) >= abs(car) / sigma * (1 - 1e-12)))
        p = (1 + hits) * floor
        if floor > 0.05:
            warning = f"{len(known)} peers: p cannot fall below {floor:.3g}"
    return SyntheticFit(
        np.bincount(keep, weights=weights, minlength=x.shape[1]).astype(float),
        tuple(int(i) for i in np.flatnonzero(~whole)),
        resid, ar, sigma, car, placebo, p, floor, warning,
    )  # fmt: skip


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
