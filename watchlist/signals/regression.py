"""The rolling market-and-sector regression behind every abnormal return of the signals.

The same design as the event study (120 sessions that end 11 sessions before today, forecast
variance included), fitted for every session at once. Jumps of earlier events would make every
later day look calm, so estimation rows are winsorised at six trailing deviations.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from watchlist.signals.panel import Panel
from watchlist.signals.rolling import Floats, lag, mean_absolute, rolling_mean, rolling_sum

ESTIMATION = 120
"""Sessions in the estimation window."""
GAP = 11
"""Sessions between the window's last row and today."""
LEAST = 60
"""Known rows that an estimate needs."""
WINSOR = 6.0
"""Trailing deviations beyond which an estimation row is pulled in."""
SCALE_WINDOW = 60
FIRST = SCALE_WINDOW // 3 + LEAST + GAP
"""Sessions before the first estimate."""
_COLLINEAR = 1e-10


@dataclass(frozen=True, eq=False)
class Model:
    """Estimates for each session from rows that end `GAP` sessions before; (sessions, symbols)."""

    ar: Floats
    """Abnormal return: ret minus its expectation given market and sector."""
    excess: Floats
    """Abnormal return without the intercept: what is added up over weeks. The intercept of a
    window that holds a run-up would be subtracted day after day, and momentum would look like
    reversal."""
    sar: Floats
    """ar over its forecast standard error (methods: s²(1 + x*(X'X)⁻¹x*'))."""
    beta: Floats
    """Slope on the market alone."""
    sigma: Floats
    """Residual standard deviation per session."""


def model(panel: Panel) -> Model:
    """The panel's regression, fitted once."""
    return panel.remember("model", lambda: _fit(panel))


def residual_volatility(panel: Panel, window: int) -> Floats:
    """Root mean square of the last `window` abnormal returns, winsorised, per session."""

    def measure() -> Floats:
        fitted = model(panel)
        limit = WINSOR * fitted.sigma
        squared = np.clip(fitted.ar, -limit, limit) ** 2
        return np.sqrt(rolling_mean(squared, window, window // 2))

    return panel.remember(f"residual volatility {window}", measure)


def _fit(panel: Panel) -> Model:
    y, m, s = panel.ret, panel.market(), panel.sector()
    has_market = (panel.market_of >= 0)[None, :]
    has_sector = (panel.sector_of >= 0)[None, :]
    known = np.isfinite(y) & (np.isfinite(m) | ~has_market) & (np.isfinite(s) | ~has_sector)
    limit = WINSOR * lag(mean_absolute(y, SCALE_WINDOW, SCALE_WINDOW // 3), 1)
    clipped = np.clip(y, -limit, limit)  # a NaN limit gives NaN: too young to be used
    used = known & np.isfinite(clipped)
    m0, s0 = np.where(has_market, m, 0.0), np.where(has_sector, s, 0.0)
    y_used, m_used, s_used = (np.where(used, x, 0.0) for x in (clipped, m0, s0))

    def moment(x: Floats) -> Floats:
        """Sums over the window that ends GAP rows before the row they are used on."""
        return rolling_sum(x, ESTIMATION)[:-GAP]

    with np.errstate(invalid="ignore", divide="ignore"):
        n = moment(used.astype(np.float64))
        n[~(n >= LEAST)] = np.nan
        y_bar, m_bar, s_bar = moment(y_used) / n, moment(m_used) / n, moment(s_used) / n
        yy = moment(y_used**2) - n * y_bar**2
        mm = moment(m_used**2) - n * m_bar**2
        ss = moment(s_used**2) - n * s_bar**2
        my = moment(m_used * y_used) - n * m_bar * y_bar
        sy = moment(s_used * y_used) - n * s_bar * y_bar
        ms = moment(m_used * s_used) - n * m_bar * s_bar

        # Frisch-Waugh: the sector enters with what the market leaves of it
        one = has_market & (mm > 0)
        slope_sm = np.where(one, ms / mm, 0.0)
        ss_m = ss - slope_sm * ms
        two = has_sector & (ss_m > _COLLINEAR * ss)
        b_s = np.where(two, (sy - slope_sm * my) / ss_m, 0.0)
        b_m = np.where(one, (my - b_s * ms) / mm, 0.0)
        sse = np.maximum(yy - b_m * my - b_s * sy, 0.0)
        variance = sse / (n - 1.0 - one - two)
        sigma = np.sqrt(np.where(variance > 0, variance, np.nan))

        m_now, s_now = m0[GAP:], s0[GAP:]
        dm, ds = m_now - m_bar, s_now - s_bar
        # NaN compares false: too young to be explained is not known, rather than not explained
        excess = np.where(known[GAP:] & (n >= LEAST), y[GAP:] - b_m * m_now - b_s * s_now, np.nan)
        ar = excess - (y_bar - b_m * m_bar - b_s * s_bar)
        leverage = 1.0 + 1.0 / n + np.where(one, dm**2 / mm, 0.0)
        leverage += np.where(two, (ds - slope_sm * dm) ** 2 / ss_m, 0.0)
        return Model(
            ar=_padded(ar),
            excess=_padded(excess),
            sar=_padded(ar / (sigma * np.sqrt(leverage))),
            beta=_padded(np.where(one, my / mm, np.nan)),
            sigma=_padded(sigma),
        )


def _padded(x: Floats) -> Floats:
    out = np.full((len(x) + GAP, x.shape[1]), np.nan)
    out[GAP:] = x
    return out
