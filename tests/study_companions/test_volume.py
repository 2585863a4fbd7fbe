"""Volume and volatility studies."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from watchlist.study.volume import (
    abnormal_activity,
    log_dollar_volume,
    market_log_volume,
    variance_ratio,
)

RNG = np.random.default_rng(21)


def test_a_session_without_trades_is_missing() -> None:
    np.testing.assert_allclose(
        log_dollar_volume([10.0, 10.0, np.nan], [100.0, 0.0, 5.0]),
        [np.log(1000.0), np.nan, np.nan],
    )


def test_the_market_leaves_the_firm_itself_out() -> None:
    v = np.tile([10.0, 12.0, 14.0], (30, 1)) + RNG.normal(0, 1e-9, (30, 3))
    v[29] += [5.0, 1.0, 2.0]
    v[28, 2] = np.nan
    market = market_log_volume(v, window=20)
    np.testing.assert_allclose(market[29], [1.5, 3.5, 3.0], atol=1e-6)
    assert np.isnan(market[5]).all()


def test_activity_counts_quiet_days_as_large() -> None:
    quiet = np.array([[1.0, 2.0, 3.0, np.nan], [1.0, 1.0, 1.0, 1.0]])
    result = abnormal_activity(quiet, [[3.0], [np.nan]])
    assert result.abnormal[0, 0] == pytest.approx(1.0)
    assert result.ratio[0, 0] == pytest.approx(1.5)
    assert result.p[0, 0] == pytest.approx(2 / 4)
    assert np.isnan(result.p[1, 0])
    np.testing.assert_allclose(result.floor, [1 / 4, 1 / 5])


def test_variance_ratio_is_one_under_the_null_and_three_when_it_tripled() -> None:
    scar = RNG.standard_t(118, 20_000)
    null = variance_ratio(scar, 118)
    assert null.ratio == pytest.approx(1.0, abs=0.04)
    assert null.p > 0.01
    tripled = variance_ratio(scar * np.sqrt(3), 118)
    assert tripled.ratio == pytest.approx(3 * null.ratio, rel=1e-12)
    assert tripled.p < 1e-6


def test_variance_ratio_says_when_it_lies() -> None:
    few = variance_ratio([1.0, 2.0, np.nan], 118, shared_dates=True)
    assert few.n == 2
    assert few.warning is not None
    assert "share their dates" in few.warning
    assert "few" in few.warning
    one = variance_ratio([1.0], 118)
    assert np.isnan(one.p)
    assert one.warning is not None


def test_the_evening_before_the_price_moved(shared: Path) -> None:
    """TMQ 2025-10-06: 42 million shares, price +0.5 %; the jump came the next morning."""
    bars = (
        pl.read_parquet(shared / "bars" / "bars.parquet")
        .filter((pl.col("symbol") == "TMQ") & (pl.col("date") <= date(2025, 10, 6)))
        .sort("date")
        .tail(131)
    )
    v = log_dollar_volume(bars["close"].to_numpy(), bars["volume"].to_numpy())
    result = abnormal_activity(v[None, :120], v[None, -1:], logs=True)
    assert bars["close"][-1] / bars["close"][-2] - 1 < 0.01
    assert result.ratio[0, 0] > 20
    assert result.p[0, 0] == result.floor[0]
