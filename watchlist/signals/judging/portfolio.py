"""What following the signal would have brought after costs, without knowing what came next."""

from __future__ import annotations

from dataclasses import dataclass
from math import e

import numpy as np

from watchlist.signals.rolling import Floats
from watchlist.study.tails import normal_p, normal_quantile

SESSIONS_A_YEAR = 252
TICK = 0.01
"""A share cannot be quoted finer, in its currency."""
SPREAD_OF_VOLATILITY = 0.05
"""Half-spread as a share of daily own volatility: 25 basis points where a day moves 5 %."""
_EULER = 0.5772156649015329


@dataclass(frozen=True)
class Result:
    """A long-short portfolio that follows the ranks; a year has 252 sessions."""

    gross_per_year: float
    """Abnormal return before costs, on one unit of gross exposure."""
    cost_per_year: float
    net_per_year: float
    turnover: float
    """Share of gross exposure traded per session."""
    sharpe: float
    """Per session, after costs."""
    deflated_sharpe: float
    """Chance that it beats the best of so many trials without skill, 0 to 1."""
    drawdown: float
    """Deepest fall of the summed net result, fraction."""
    sessions: int
    skew: float
    kurtosis: float


def half_spread(close: Floats, sigma: Floats) -> Floats:
    """Cost of trading one unit, a model: half a tick, or 5 % of own daily volatility if more."""
    return np.fmax(0.5 * TICK / close, SPREAD_OF_VOLATILITY * sigma)


def follow(excess: Floats, cost: Floats, rank: Floats, sign: int, horizon: int) -> Result:
    """Hold each session's ranks for `horizon` sessions, one slice of capital a session.

    Overlapping slices as in Jegadeesh & Titman 1993. A slice is bought at the close after the
    session of the signal: nobody trades the close that he computes from.

    Parameters
    ----------
    excess : (sessions, symbols) abnormal returns without intercepts, fraction
    cost : of trading one unit, fraction
    rank : −1 to 1
    """
    raw = np.nan_to_num(sign * rank)
    gross = np.abs(raw).sum(axis=1, keepdims=True)
    slices = np.divide(raw, gross, out=np.zeros_like(raw), where=gross > 0)
    total = np.vstack([np.zeros((1, raw.shape[1])), np.cumsum(slices, axis=0)])
    held = (total[horizon:] - total[:-horizon]) / horizon  # row i: slices i … i+horizon-1
    weights = np.zeros_like(raw)
    # earns on row t what the signals of rows t-1-horizon … t-2 bought at the close of t-1
    weights[horizon + 1 :] = held[: len(raw) - horizon - 1]
    earned = (weights * np.nan_to_num(excess)).sum(axis=1)
    traded = np.abs(np.diff(weights, axis=0, prepend=0.0))
    paid = (traded * np.nan_to_num(cost)).sum(axis=1)
    active = np.abs(weights).sum(axis=1) > 0
    if active.sum() < 2:
        nan = float("nan")
        return Result(nan, nan, nan, nan, nan, nan, nan, int(active.sum()), nan, nan)
    net = (earned - paid)[active]
    centred = net - net.mean()
    spread = float(net.std(ddof=1))
    path = np.concatenate([[0.0], np.cumsum(net)])
    return Result(
        gross_per_year=float(earned[active].mean()) * SESSIONS_A_YEAR,
        cost_per_year=float(paid[active].mean()) * SESSIONS_A_YEAR,
        net_per_year=float(net.mean()) * SESSIONS_A_YEAR,
        turnover=float(traded.sum(axis=1)[active].mean()),
        sharpe=float(net.mean()) / spread if spread > 0 else float("nan"),
        deflated_sharpe=float("nan"),
        drawdown=float((path - np.maximum.accumulate(path)).min()),
        sessions=len(net),
        skew=float((centred**3).mean() / centred.std() ** 3) if spread > 0 else float("nan"),
        kurtosis=float((centred**4).mean() / centred.std() ** 4) if spread > 0 else float("nan"),
    )


def deflated_sharpe(result: Result, sharpes: Floats, trials: int) -> float:
    """Bailey & López de Prado 2014 (JPM 40:94): the Sharpe ratio against the best of `trials`.

    Parameters
    ----------
    sharpes : per-session Sharpe ratios of all trials; their spread says how far luck reaches.
    """
    known = sharpes[np.isfinite(sharpes)]
    if not np.isfinite(result.sharpe) or len(known) < 2 or trials < 2:
        return float("nan")
    best = float(known.std(ddof=1)) * (
        (1.0 - _EULER) * normal_quantile(1.0 - 1.0 / trials)
        + _EULER * normal_quantile(1.0 - 1.0 / (trials * e))
    )
    sharpe = result.sharpe
    spread = 1.0 - result.skew * sharpe + (result.kurtosis - 1.0) / 4.0 * sharpe**2
    if spread <= 0:
        return float("nan")
    z = (sharpe - best) * np.sqrt(result.sessions - 1.0) / np.sqrt(spread)
    two_sided = float(normal_p(z))
    return 1.0 - two_sided / 2.0 if z > 0 else two_sided / 2.0
