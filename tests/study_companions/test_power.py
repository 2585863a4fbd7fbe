"""Minimum detectable effects against statsmodels and against their own promise."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats
from statsmodels.stats.power import TTestPower

from watchlist.study.power import (
    detectable_ratio,
    mde_dates,
    mde_kp,
    mde_placebo,
    mde_sign_flips,
    mde_t,
)


@pytest.mark.parametrize("dates", [3, 6, 12, 40])
def test_ratio_gives_the_power_that_statsmodels_computes(dates: int) -> None:
    effect = detectable_ratio(dates - 1) / math.sqrt(dates)
    power = TTestPower().power(effect, dates, 0.05, alternative="two-sided")
    assert power == pytest.approx(0.8, abs=1e-5)


def test_two_dates_need_an_enormous_effect() -> None:
    ratio = detectable_ratio(1)
    critical = stats.t.ppf(0.975, 1)
    assert stats.nct.sf(critical, 1, ratio) == pytest.approx(0.8, abs=1e-6)


def test_many_degrees_of_freedom_are_normal() -> None:
    assert detectable_ratio(math.inf) == pytest.approx(2.8015852, abs=1e-7)
    assert detectable_ratio(1e6) == pytest.approx(2.8015852, abs=1e-4)
    assert detectable_ratio(0) == math.inf


def test_mde_of_one_pair_keeps_missing_missing() -> None:
    np.testing.assert_allclose(
        mde_t([0.02, np.nan], 118), [0.02 * detectable_ratio(118), np.nan], rtol=1e-12
    )


@pytest.mark.parametrize("widest", [0.02, 0.03], ids=["equal noise", "unequal noise"])
def test_mde_of_kp_is_found_with_power_080(widest: float) -> None:
    """The test itself on correlated normal SCARs, shifted by the effect."""
    rng = np.random.default_rng(11)
    n, r, se = 8, 0.3, np.linspace(0.02, widest, 8)
    effect = mde_kp(se, r)
    common, own = rng.normal(size=(20_000, 1)), rng.normal(size=(20_000, n))
    scar = math.sqrt(r) * common + math.sqrt(1 - r) * own + effect / se
    bmp = scar.mean(axis=1) / (scar.std(axis=1, ddof=1) / math.sqrt(n))
    kp = bmp * math.sqrt((1 - r) / (1 + (n - 1) * r))
    rejected = np.mean(np.abs(kp) > stats.t.ppf(0.975, n - 1))
    assert rejected == pytest.approx(0.8, abs=0.02)


def test_noise_so_unequal_that_a_common_effect_looks_like_spread() -> None:
    assert mde_kp([0.001, 0.05, 0.05, 0.05], 0.3) == math.inf


def test_one_firm_or_impossible_correlation_cannot_be_found() -> None:
    assert mde_kp([0.02], 0.3) == math.inf
    assert mde_kp([0.02] * 5, -0.3) == math.inf


def test_dates_and_sign_flips() -> None:
    means = np.array([0.02, -0.01, 0.05, 0.03, 0.00, -0.02])
    se = means.std(ddof=1) / math.sqrt(6)
    assert mde_dates(means) == pytest.approx(se * detectable_ratio(5), rel=1e-12)
    assert mde_sign_flips(means) == mde_dates(means)
    assert mde_sign_flips(means[:5]) == math.inf
    assert mde_dates(means[:1]) == math.inf


def test_mde_of_the_placebo_rank_is_rejected_that_often() -> None:
    x = np.random.default_rng(2).standard_t(4, size=353) * 0.03
    effect = mde_placebo(x)
    for shift in (effect, -effect):
        hits = (np.abs(x)[None, :] >= np.abs(x + shift)[:, None] - 1e-15).sum(axis=1)
        assert np.mean((1 + hits) / 354 <= 0.05) >= 0.8 - 1 / 353
    smaller = 0.97 * effect
    worst = min(
        np.mean((1 + (np.abs(x)[None, :] >= np.abs(x + s)[:, None]).sum(axis=1)) / 354 <= 0.05)
        for s in (smaller, -smaller)
    )
    assert worst < 0.8


def test_too_few_placebo_days_find_nothing() -> None:
    assert mde_placebo(np.arange(18.0)) == math.inf
    assert mde_placebo([]) == math.inf
    assert math.isfinite(mde_placebo(np.arange(19.0)))
