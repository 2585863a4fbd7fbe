"""Betas and returns of thinly traded stocks, against statsmodels and by hand."""

from __future__ import annotations

import numpy as np
import pytest
import statsmodels.api as sm

from watchlist.errors import StudyError
from watchlist.study.thin import (
    dimson_beta,
    scholes_williams,
    shifted,
    spanned,
    trade_rows,
    zero_share,
)

RNG = np.random.default_rng(6)


def test_shifts_line_up_yesterday_today_tomorrow() -> None:
    np.testing.assert_array_equal(
        shifted([1.0, 2.0, 3.0], leads=1, lags=1),
        [[np.nan, 1, 2], [1, 2, 3], [2, 3, np.nan]],
    )
    np.testing.assert_array_equal(shifted([1.0, 2.0], leads=0, lags=0), [[1], [2]])
    with pytest.raises(StudyError, match="do not fit"):
        shifted([1.0, 2.0], leads=1, lags=1)


def test_scholes_williams_from_three_regressions_of_statsmodels() -> None:
    market = RNG.normal(0, 0.01, 150)
    stock = 0.001 + 0.6 * market + 0.5 * np.roll(market, 1) + RNG.normal(0, 0.02, 150)
    stock[[20, 77]] = np.nan
    rows = shifted(market, leads=1, lags=1)
    fit = scholes_williams(stock, rows)
    used = np.isfinite(stock) & np.isfinite(rows).all(axis=1)
    slopes = [sm.OLS(stock[used], sm.add_constant(rows[used, j])).fit().params[1] for j in range(3)]
    rho = np.corrcoef(rows[used, 0], rows[used, 1])[0, 1]
    beta = sum(slopes) / (1 + 2 * rho)
    alpha = stock[used].mean() - beta * rows[used, 1].mean()
    assert fit.beta[0] == pytest.approx(beta, rel=1e-10)
    assert fit.alpha[0] == pytest.approx(alpha, rel=1e-10)
    resid = stock[used] - alpha - beta * rows[used, 1]
    assert fit.sigma[0] == pytest.approx(np.sqrt(resid @ resid / (used.sum() - 2)), rel=1e-10)
    assert fit.observations[0] == used.sum() == 146
    np.testing.assert_allclose(fit.resid[0][used], resid, atol=1e-15)


def test_a_stock_that_trades_late_gets_its_beta_back() -> None:
    """Half the stocks' trades of a day happen before the market's move: OLS sees half the beta."""
    market = RNG.normal(0, 0.01, 20_000)
    stock = 0.5 * market + 0.5 * np.roll(market, 1) + RNG.normal(0, 0.002, 20_000)
    rows = shifted(market, leads=1, lags=1)
    assert scholes_williams(stock, rows).beta[0] == pytest.approx(1.0, abs=0.02)
    inner = slice(1, -1)
    dimson = sm.OLS(stock[inner], sm.add_constant(rows[inner])).fit()
    assert dimson_beta(dimson.params[1:]) == pytest.approx(1.0, abs=0.02)
    assert sm.OLS(stock, market).fit().params[0] == pytest.approx(0.5, abs=0.02)


def test_pairs_do_not_mix() -> None:
    market = RNG.normal(0, 0.01, 60)
    stocks = RNG.normal(0, 0.02, (3, 60))
    stocks[2, :58] = np.nan
    rows = shifted(market, leads=1, lags=1)
    together = scholes_williams(stocks, rows)
    alone = scholes_williams(stocks[1], rows)
    assert together.beta[1] == pytest.approx(alone.beta[0], rel=1e-14)
    assert np.isnan(together.beta[2])
    assert together.observations[2] == 1


def test_spans_compound_the_market_between_trades() -> None:
    factor = np.array([0.01, 0.02, -0.03, 0.04])
    gaps = np.array([[1, np.nan], [1, 2], [np.nan, 4], [2, 1.0]])
    np.testing.assert_allclose(
        spanned(factor, gaps),
        [[0.01, np.nan], [0.02, 1.01 * 1.02 - 1], [np.nan, np.nan], [0.97 * 1.04 - 1, 0.04]],
        rtol=1e-12,
    )
    holed = np.array([0.01, np.nan, -0.03, 0.04])
    assert np.isnan(spanned(holed, np.array([[1], [1], [2], [1.0]]))[1:3]).all()
    assert spanned(holed, np.array([[1], [1], [2], [1.0]]))[3, 0] == pytest.approx(0.04)


def test_trade_to_trade_is_the_weighted_regression() -> None:
    market = RNG.normal(0, 0.01, 200)
    gaps = RNG.integers(1, 5, 200).astype(float)
    gaps[:5] = np.nan
    over = spanned(market, gaps[:, None])[:, 0]
    y = 0.001 * gaps + 1.3 * over + np.sqrt(gaps) * RNG.normal(0, 0.02, 200)
    rows = trade_rows(y, gaps, over[:, None])
    used = np.isfinite(rows.returns)
    fit = sm.OLS(rows.returns[used], rows.design[used]).fit()
    weighted = sm.WLS(
        y[used], np.column_stack([gaps[used], over[used]]), weights=1 / gaps[used]
    ).fit()
    np.testing.assert_allclose(fit.params, weighted.params, rtol=1e-9)
    assert fit.mse_resid == pytest.approx(weighted.mse_resid, rel=1e-9)
    assert not used[:5].any()


def test_ordinary_sessions_are_untouched_by_the_scaling() -> None:
    y, x = RNG.normal(size=10), RNG.normal(size=(10, 1))
    rows = trade_rows(y, np.ones(10), x)
    np.testing.assert_array_equal(rows.returns, y)
    np.testing.assert_array_equal(rows.design, np.column_stack([np.ones(10), x]))


def test_zero_shares_count_known_values_only() -> None:
    np.testing.assert_allclose(zero_share([[0.0, 0.1, np.nan, 0.0], [np.nan] * 4]), [2 / 3, np.nan])
