"""Least squares against statsmodels, long double and plain formulas."""

from __future__ import annotations

import numpy as np
import pytest
import statsmodels.api as sm
from numpy.testing import assert_allclose

from watchlist.study.models import Fits, Rows, gather, given_betas, least_squares
from watchlist.study.thin import trade_to_trade_fits
from watchlist.study.windows import day_errors, effects, paths


def rows_of(k: int, *, holes: bool = False, seed: int = 3, pairs: int = 4) -> Rows:
    rng = np.random.default_rng(seed)
    y, event_y = rng.normal(0, 0.02, (pairs, 120)), rng.normal(0, 0.02, (pairs, 6))
    x, event_x = rng.normal(0, 0.01, (pairs, k, 120)), rng.normal(0, 0.01, (pairs, k, 6))
    y += 1.3 * x.sum(axis=1)
    keep = None
    if holes:
        y[rng.random(y.shape) < 0.1] = np.nan
        if k:
            x[rng.random(x.shape) < 0.05] = np.nan
        keep = rng.random(y.shape) < 0.8
    return Rows(y, x, event_y, event_x, keep)


def statsmodels_fit(rows: Rows, p: int) -> tuple[object, np.ndarray]:
    used = np.isfinite(rows.y[p]) & np.isfinite(rows.x[p]).all(axis=0)
    if rows.keep is not None:
        used &= rows.keep[p]
    design = np.column_stack([np.ones(120), rows.x[p].T])[used]
    return sm.OLS(rows.y[p][used], design).fit(), used


@pytest.mark.parametrize("k", [0, 1, 2, 5])
@pytest.mark.parametrize("holes", [False, True], ids=["whole", "with holes and masks"])
def test_agrees_with_statsmodels(k: int, holes: bool) -> None:
    rows = rows_of(k, holes=holes)
    fits = least_squares(rows)
    window = effects(fits, 0, 1, 4)
    for p in range(4):
        fit, used = statsmodels_fit(rows, p)
        assert fits.observations[p] == used.sum()
        assert_allclose([fits.alpha[p], *fits.betas[p]], fit.params, rtol=1e-8)
        assert_allclose(fits.sigma2[p], fit.mse_resid, rtol=1e-10)
        assert_allclose(fits.resid[p][used], fit.resid, atol=1e-14)
        assert np.isnan(fits.resid[p][~used]).all()
        ahead = np.column_stack([np.ones(6), rows.event_x[p].T])
        assert_allclose(fits.ar[p], rows.event_y[p] - fit.predict(ahead), atol=1e-14)
        one_day = fit.get_prediction(ahead)
        assert_allclose(day_errors(fits)[p], np.sqrt(one_day.var_pred_mean + fit.mse_resid))
        # the window's variance is 1'(I + X*(X'X)^-1 X*')1 s^2, not a sum over days
        ones, part = np.ones(4), ahead[1:5]
        inner = ones @ (np.eye(4) + part @ fit.normalized_cov_params @ part.T) @ ones
        assert_allclose(window.se[p], np.sqrt(fit.mse_resid * inner), rtol=1e-9)


@pytest.mark.parametrize("noise", [1e-2, 1e-5, 1e-7], ids=lambda noise: f"residual sd {noise:g}")
def test_sigma_of_a_near_perfect_tracker(noise: float) -> None:
    """sigma squared within 1e-9 of long double, where prefix sums lose nine digits."""
    rng = np.random.default_rng(5)
    x = rng.normal(0.0005, 0.01, (3, 1, 250))
    y = 1.7 * x[:, 0] + noise * rng.normal(size=(3, 250)) + 0.0002
    fits = least_squares(Rows(y, x, y[:, :1], x[:, :, :1]))
    long_y, long_x = y.astype(np.longdouble), x[:, 0].astype(np.longdouble)
    dy = long_y - long_y.mean(axis=1, keepdims=True)
    dx = long_x - long_x.mean(axis=1, keepdims=True)
    beta = (dx * dy).sum(axis=1) / (dx * dx).sum(axis=1)
    exact = ((dy - beta[:, None] * dx) ** 2).sum(axis=1) / 248
    assert_allclose(fits.sigma2.astype(np.longdouble), exact, rtol=1e-9)


def test_two_collinear_factors_or_a_constant_one_are_no_fit() -> None:
    rows = rows_of(2)
    rows.x[0, 1] = 2 * rows.x[0, 0]
    rows.x[1, 0] = 0.01
    sigma = least_squares(rows).sigma2
    assert np.isnan(sigma[:2]).all()
    assert np.isfinite(sigma[2:]).all()


def test_market_adjusted_takes_the_market_as_it_is() -> None:
    rows = rows_of(1)
    fits = given_betas(rows, np.ones((4, 1)), parameters=0, intercept=False)
    assert_allclose(fits.ar, rows.event_y - rows.event_x[:, 0])
    assert_allclose(fits.sigma2, ((rows.y - rows.x[:, 0]) ** 2).mean(axis=1))
    assert_allclose(effects(fits, 0, 0, 3).se, fits.sigma * 2.0)


def test_given_ols_slopes_are_ols() -> None:
    rows = rows_of(1, holes=True)
    ols = least_squares(rows)
    same = given_betas(rows, ols.betas, parameters=2, intercept=True)
    for name in ("alpha", "sigma2", "ar", "observations"):
        assert_allclose(getattr(same, name), getattr(ols, name), rtol=1e-10, err_msg=name)
    assert_allclose(effects(same, 0, 0, 5).se, effects(ols, 0, 0, 5).se, rtol=1e-10)


def test_trade_to_trade_without_gaps_is_ols() -> None:
    rows = rows_of(1)
    thin = trade_to_trade_fits(rows, np.ones_like(rows.y), np.ones_like(rows.event_y))
    ols = least_squares(rows)
    assert_allclose(thin.sigma2, ols.sigma2, rtol=1e-10)
    assert_allclose(thin.ar, ols.ar, atol=1e-14)
    assert_allclose(effects(thin, 0, 0, 5).se, effects(ols, 0, 0, 5).se, rtol=1e-10)


def test_a_return_over_three_sessions_has_three_sessions_of_variance() -> None:
    rows = rows_of(1)
    gaps = np.ones_like(rows.event_y)
    gaps[:, 2] = 3
    fits = trade_to_trade_fits(rows, np.ones_like(rows.y), gaps)
    errors = day_errors(fits)
    assert (errors[:, 2] > 1.7 * errors[:, 0]).all()


def test_growing_paths_end_in_the_window() -> None:
    fits = least_squares(rows_of(2, holes=True))
    car, se = paths(fits, 0, 0, 5)
    window = effects(fits, 0, 0, 5)
    assert_allclose(car[:, -1], window.car)
    assert_allclose(se[:, -1], window.se)


def test_days_without_a_return_leave_sum_and_variance() -> None:
    rows = rows_of(1)
    rows.event_y[:, 2] = np.nan
    fits = least_squares(rows)
    window = effects(fits, 0, 1, 3)
    assert (window.days == 2).all()
    assert_allclose(window.car, fits.ar[:, 1] + fits.ar[:, 3])
    rows.event_y[:] = np.nan
    empty = effects(least_squares(rows), 0, 1, 3)
    assert np.isnan(empty.car).all()
    assert np.isnan(empty.ret).all()


def test_buy_and_hold_compounds() -> None:
    fits = least_squares(rows_of(1))
    window = effects(fits, 0, 0, 2)
    raw = fits.ar[:, :3] + fits.expected[:, :3]
    assert_allclose(window.ret, np.prod(1 + raw, axis=1) - 1)
    held = np.prod(1 + fits.expected[:, :3], axis=1) - 1
    assert_allclose(window.bhar, window.ret - held)
    logs = effects(fits, 0, 0, 2, compounding="log")
    assert_allclose(logs.ret, np.expm1(raw.sum(axis=1)))


def test_gathering_outside_the_panel_is_missing() -> None:
    series = np.arange(12.0).reshape(2, 6)
    got = gather(series, np.array([0, 1]), np.array([-2, 4]), 4)
    assert_allclose(got, [[np.nan, np.nan, 0, 1], [10, 11, np.nan, np.nan]])


def test_taking_pairs_keeps_them_whole() -> None:
    fits = least_squares(rows_of(2))
    some: Fits = fits.take(np.array([True, False, True, False]))
    assert_allclose(some.ar, fits.ar[[0, 2]])
    assert_allclose(effects(some, 0, 0, 1).scar, effects(fits, 0, 0, 1).scar[[0, 2]])
