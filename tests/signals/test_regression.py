"""The rolling regression against least squares on each window."""

from __future__ import annotations

import numpy as np

from watchlist.signals.noise import noise_panel
from watchlist.signals.regression import ESTIMATION, GAP, LEAST, WINSOR, model
from watchlist.signals.rolling import lag, mean_absolute


def test_equals_lstsq_on_every_window() -> None:
    panel = noise_panel(260, 3, seed=1, missing=0.05)
    fitted = model(panel)
    limit = WINSOR * lag(mean_absolute(panel.ret, 60, 20), 1)
    clipped = np.clip(panel.ret, -limit, limit)
    factors = np.column_stack([np.ones(260), panel.factors])
    checked = 0
    for row in range(150, 260, 9):
        window = slice(row - GAP - ESTIMATION + 1, row - GAP + 1)
        for column in range(3):
            y, x = clipped[window, column], factors[window]
            use = np.isfinite(y)
            if use.sum() < LEAST or not np.isfinite(panel.ret[row, column]):
                continue
            b, *_ = np.linalg.lstsq(x[use], y[use], rcond=None)
            residual = y[use] - x[use] @ b
            s2 = residual @ residual / (use.sum() - 3)
            here = factors[row]
            forecast = s2 * (1 + here @ np.linalg.inv(x[use].T @ x[use]) @ here)
            ar = panel.ret[row, column] - here @ b
            np.testing.assert_allclose(fitted.ar[row, column], ar, rtol=1e-9, atol=1e-12)
            np.testing.assert_allclose(fitted.sar[row, column], ar / np.sqrt(forecast), rtol=1e-9)
            np.testing.assert_allclose(fitted.sigma[row, column], np.sqrt(s2), rtol=1e-10)
            np.testing.assert_allclose(fitted.excess[row, column], ar + b[0], rtol=1e-9, atol=1e-12)
            checked += 1
    assert checked > 20


def test_a_symbol_without_factors_is_measured_against_its_own_mean() -> None:
    panel = noise_panel(260, 2, seed=2)
    panel.market_of[:] = -1
    panel.sector_of[:] = -1
    fitted = model(panel)
    assert np.isfinite(fitted.sar[200:]).all()
    assert np.isnan(fitted.beta).all()
    np.testing.assert_array_equal(fitted.excess[200:], panel.ret[200:])


def test_a_jump_does_not_make_the_half_year_after_it_look_calm() -> None:
    panel = noise_panel(400, 1, seed=3)
    before = model(panel).sigma[250:320, 0].mean()
    panel.ret[200, 0] = 2.11
    panel._memory.clear()
    after = model(panel).sigma[250:320, 0].mean()
    assert after < 1.4 * before
