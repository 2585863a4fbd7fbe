"""Betas and returns of thinly traded stocks, against statsmodels and by hand."""

from __future__ import annotations

import numpy as np
import pytest
import statsmodels.api as sm

from watchlist.study.thin import scholes_williams, spanned, trade_rows

RNG = np.random.default_rng(6)


def neighbours(market: np.ndarray) -> np.ndarray:
    """(T, 3) the session before, the session, the session after."""
    blank = np.array([np.nan])
    return np.column_stack(
        [np.concatenate([blank, market[:-1]]), market, np.concatenate([market[1:], blank])]
    )


def test_scholes_williams_from_three_regressions_of_statsmodels() -> None:
    market = RNG.normal(0, 0.01, 150)
    stock = 0.001 + 0.6 * market + 0.5 * np.roll(market, 1) + RNG.normal(0, 0.02, 150)
    stock[[20, 77]] = np.nan
    rows = neighbours(market)
    used = np.isfinite(stock) & np.isfinite(rows).all(axis=1)
    slopes = [sm.OLS(stock[used], sm.add_constant(rows[used, j])).fit().params[1] for j in range(3)]
    rho = np.corrcoef(rows[used, 0], rows[used, 1])[0, 1]
    assert scholes_williams(stock, rows)[0] == pytest.approx(sum(slopes) / (1 + 2 * rho), rel=1e-10)


def test_a_stock_that_trades_late_gets_its_beta_back() -> None:
    """Half of each day's news reaches the stock a day late: OLS sees half the beta."""
    market = RNG.normal(0, 0.01, 20_000)
    stock = 0.5 * market + 0.5 * np.roll(market, 1) + RNG.normal(0, 0.002, 20_000)
    assert scholes_williams(stock, neighbours(market))[0] == pytest.approx(1.0, abs=0.02)
    assert sm.OLS(stock, market).fit().params[0] == pytest.approx(0.5, abs=0.02)


def test_pairs_do_not_mix() -> None:
    rows = neighbours(RNG.normal(0, 0.01, 60))
    stocks = RNG.normal(0, 0.02, (3, 60))
    stocks[2, :58] = np.nan
    together = scholes_williams(stocks, rows)
    assert together[1] == pytest.approx(scholes_williams(stocks[1], rows)[0], rel=1e-14)
    assert np.isnan(together[2])


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
