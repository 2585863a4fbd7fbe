"""The rolling market-and-sector regression behind every abnormal return of the signals.

The same design as the event study (120 sessions that end 11 sessions before today, forecast
variance included), fitted for every session at once. Jumps of earlier events would make every
later day look calm, so estimation rows are winsorised at six trailing deviations.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from watchlist.signals.panel import Panel
from watchlist.signals.rolling import (
    Bools,
    Floats,
    at_least,
    lag,
    mean_absolute,
    rolling_count,
    rolling_mean,
    rolling_sum,
)

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

    def fit() -> Model:
        with np.errstate(invalid="ignore", divide="ignore"):
            return _fit(panel)

    return panel.remember("model", fit)


def residual_volatility(panel: Panel, window: int) -> Floats:
    """Root mean square of the last `window` abnormal returns, winsorised, per session."""

    def measure() -> Floats:
        fitted = model(panel)
        limit = WINSOR * fitted.sigma
        squared = np.clip(fitted.ar, -limit, limit) ** 2
        return np.sqrt(rolling_mean(squared, window, window // 2))

    return panel.remember(f"residual volatility {window}", measure)


def _fit(panel: Panel) -> Model:
    if not (panel.sector_of >= 0).any():
        return _fit_on(panel, panel.market(), None)
    return _fit_on(panel, panel.market(), panel.sector())


@dataclass(frozen=True, eq=False)
class _Windows:
    """Sums over the window that ends GAP rows before the row they are used on."""

    n: Floats
    """Rows used; NaN where they are too few."""

    def mean(self, x: Floats) -> Floats:
        out = rolling_sum(x, ESTIMATION)[:-GAP]
        out /= self.n
        return out

    def centred(self, x: Floats, z: Floats, x_bar: Floats, z_bar: Floats) -> Floats:
        """Sum of the products of deviations from the means."""
        out = rolling_sum(x * z, ESTIMATION)[:-GAP]
        out -= self.n * x_bar * z_bar
        return out


def _winsorised(y: Floats) -> Floats:
    limit = lag(mean_absolute(y, SCALE_WINDOW, SCALE_WINDOW // 3), 1)
    limit *= WINSOR
    # a NaN limit gives NaN: too young to be used
    clipped = np.minimum(y, limit)
    return np.maximum(clipped, np.negative(limit, out=limit), out=clipped)


def _fit_on(panel: Panel, market: Floats, sector: Floats | None) -> Model:
    y = panel.ret
    has_market, has_sector = panel.market_of >= 0, panel.sector_of >= 0
    m0, s0 = _where_none(market, has_market), None
    known = np.isfinite(y) & np.isfinite(m0)
    if sector is not None:
        s0 = _where_none(sector, has_sector)
        known &= np.isfinite(s0)
    y_used, m_used = _winsorised(y), m0.copy()
    unused = ~(known & np.isfinite(y_used))
    n = at_least(rolling_count(~unused, ESTIMATION)[:-GAP], LEAST)
    window = _Windows(n)
    mean, centred = window.mean, window.centred
    y_used[unused] = 0.0
    m_used[unused] = 0.0
    y_bar, m_bar = mean(y_used), mean(m_used)
    yy = centred(y_used, y_used, y_bar, y_bar)
    mm = centred(m_used, m_used, m_bar, m_bar)
    my = centred(m_used, y_used, m_bar, y_bar)
    one = has_market & (mm > 0)
    b_m = _ratio(my, mm, one)
    beta = np.where(one, b_m, np.nan)
    degrees = n - 1.0 - one
    m_now = m0[GAP:]
    dm = m_now - m_bar
    leverage = _ratio(dm * dm, mm, one)
    leverage += 1.0 / n
    leverage += 1.0
    if s0 is None:
        sse = yy - b_m * my
        expected, expected_bar = b_m * m_now, b_m * m_bar
    else:
        # Frisch-Waugh: the sector enters with what the market leaves of it
        s_used = s0.copy()
        s_used[unused] = 0.0
        s_bar = mean(s_used)
        ss = centred(s_used, s_used, s_bar, s_bar)
        sy = centred(s_used, y_used, s_bar, y_bar)
        ms = centred(m_used, s_used, m_bar, s_bar)
        slope_sm = _ratio(ms, mm, one)
        ss_m = ss - slope_sm * ms
        two = has_sector & (ss_m > _COLLINEAR * ss)
        b_s = _ratio(sy - slope_sm * my, ss_m, two)
        b_m = _ratio(my - b_s * ms, mm, one)
        sse = yy - b_m * my - b_s * sy
        degrees -= two
        s_now = s0[GAP:]
        leverage += _ratio((s_now - s_bar - slope_sm * dm) ** 2, ss_m, two)
        expected, expected_bar = b_m * m_now + b_s * s_now, b_m * m_bar + b_s * s_bar
    excess = y[GAP:] - expected
    # too young to be explained is not known, rather than not explained
    excess[~known[GAP:] | np.isnan(n)] = np.nan
    return _model(len(y), excess, y_bar - expected_bar, sse / degrees, leverage, beta)


def _model(
    rows: int, excess: Floats, intercept: Floats, variance: Floats, leverage: Floats, beta: Floats
) -> Model:
    variance[~(variance > 0)] = np.nan
    sigma = np.sqrt(variance, out=variance)
    ar = excess - intercept
    sar = ar / (sigma * np.sqrt(leverage, out=leverage))
    return Model(*(_padded(x, rows) for x in (ar, excess, sar, beta, sigma)))


def _where_none(factor: Floats, there: Bools) -> Floats:
    """The factor, and 0 for symbols that have none."""
    return factor if there.all() else np.where(there, factor, 0.0)


def _ratio(above: Floats, below: Floats, there: Bools) -> Floats:
    """The ratio where there is one, else 0."""
    out = above / below
    out[~there] = 0.0
    return out


def _padded(x: Floats, rows: int) -> Floats:
    """With the rows before the first that can have a value; a young panel has no others."""
    out = np.empty((rows, x.shape[1]))
    out[:GAP] = np.nan
    out[GAP:] = x
    return out
