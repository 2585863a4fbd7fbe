"""GARCH models against `arch` itself."""

from __future__ import annotations

import sys

import numpy as np
import pytest
from arch import arch_model

from watchlist.errors import StudyError
from watchlist.study.garch import fit_garch

RNG = np.random.default_rng(9)
MARKET = RNG.normal(0, 0.01, 400)
SD = np.empty(400)
ERROR = np.empty(400)
SD[0], ERROR[0] = 0.02, 0.0
for _t in range(1, 400):
    SD[_t] = np.sqrt(2e-5 + 0.15 * ERROR[_t - 1] ** 2 + 0.8 * SD[_t - 1] ** 2)
    ERROR[_t] = SD[_t] * RNG.normal()
RETURNS = 0.0005 + 1.5 * MARKET + ERROR
EST, EVENT = slice(0, 380), slice(390, 395)


def test_garch_equals_arch_and_its_forecast() -> None:
    fit = fit_garch(RETURNS[EST], MARKET[EST], RETURNS[EVENT], MARKET[EVENT], gap=10)
    y, x = 100 * RETURNS[EST], 100 * MARKET[EST, None]
    reference = arch_model(y, x=x, mean="LS", p=1, q=1, rescale=False).fit(disp="off")
    assert fit.betas[0] == pytest.approx(reference.params.iloc[1], rel=1e-8)
    np.testing.assert_allclose(100 * fit.resid, reference.resid, rtol=1e-8)
    ahead = reference.forecast(horizon=15, x=np.zeros((1, 1, 15)))
    expected = np.sqrt(np.asarray(ahead.variance)[-1, 10:])
    np.testing.assert_allclose(100 * fit.forecast_sd, expected, rtol=1e-8)
    np.testing.assert_allclose(
        fit.ar, RETURNS[EVENT] - fit.alpha - fit.betas[0] * MARKET[EVENT], atol=1e-15
    )
    assert fit.warning is None


def test_egarch_forecast_agrees_with_simulation_by_arch() -> None:
    fit = fit_garch(
        RETURNS[EST], MARKET[EST], RETURNS[EVENT], MARKET[EVENT], volatility="egarch", gap=2
    )
    again = fit_garch(
        RETURNS[EST], MARKET[EST], RETURNS[EVENT], MARKET[EVENT], volatility="egarch", gap=2
    )
    np.testing.assert_array_equal(fit.forecast_sd, again.forecast_sd)
    y, x = 100 * RETURNS[EST], 100 * MARKET[EST, None]
    model = arch_model(y, x=x, mean="LS", vol="EGARCH", p=1, o=1, q=1, rescale=False)
    reference = model.fit(disp="off")
    draw = np.random.default_rng(1).standard_normal
    ahead = reference.forecast(
        horizon=7, x=np.zeros((1, 1, 7)), method="simulation", simulations=20_000, rng=draw
    )
    expected = np.sqrt(np.asarray(ahead.variance)[-1, 2:])
    np.testing.assert_allclose(100 * fit.forecast_sd, expected, rtol=0.02)


def test_without_factors_the_mean_is_constant_and_gaps_are_left_out() -> None:
    holed = RETURNS[EST].copy()
    holed[5:9] = np.nan
    fit = fit_garch(holed, np.empty((380, 0)), RETURNS[EVENT], np.empty((5, 0)))
    assert fit.betas.shape == (0,)
    assert fit.observations == 376
    assert np.isnan(fit.resid[5:9]).all()
    assert np.isnan(fit.conditional_sd[5:9]).all()


def test_too_few_rows_are_refused() -> None:
    with pytest.raises(StudyError, match="59 rows"):
        fit_garch(RETURNS[:59], MARKET[:59], RETURNS[60:61], MARKET[60:61])


def test_without_arch_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "arch", None)
    with pytest.raises(StudyError, match="not installed") as refused:
        fit_garch(RETURNS[EST], MARKET[EST], RETURNS[EVENT], MARKET[EVENT])
    assert refused.value.hint == "pip install 'mining-watchlist[garch]'"
