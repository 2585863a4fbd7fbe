"""One firm, one event: by definition, by brute force, and against statsmodels."""

from __future__ import annotations

import math

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st

from watchlist.errors import StudyError
from watchlist.study.single import (
    conformal_interval,
    permutation,
    sample_quantile,
)

RNG = np.random.default_rng(4)
RESID = RNG.standard_t(4, 120) * 0.02
MARKET = RNG.normal(0, 0.01, 121)
RETURNS = 0.001 + 1.2 * MARKET + np.append(RESID, 0.15)
DESIGN = np.column_stack([np.ones(121), MARKET])


def test_sample_quantile_counts_days_at_least_as_large() -> None:
    cut = np.sort(np.abs(RESID))[-6]
    assert sample_quantile(RESID, [-cut]).p == pytest.approx(7 / 121)
    assert sample_quantile(RESID, [9.0]).p == pytest.approx(1 / 121)
    assert sample_quantile(RESID, [0.0]).p == 1.0


def test_sample_quantile_of_a_window_uses_blocks_without_holes() -> None:
    resid = RESID.copy()
    resid[50] = np.nan
    result = sample_quantile(resid, [0.01, 0.02, 0.03])
    blocks = [resid[i : i + 3].sum() for i in range(118) if not 48 <= i <= 50]
    assert result.n == len(blocks) == 115
    hits = sum(abs(b) >= 0.06 - 1e-12 for b in blocks)
    assert result.p == pytest.approx((1 + hits) / 116)


def test_few_residuals_say_what_they_cannot_show() -> None:
    result = sample_quantile(RESID[:10], [1.0])
    assert result.floor == pytest.approx(1 / 11)
    assert result.warning is not None
    assert "out of reach" in result.warning


def test_one_day_permutation_is_exact_and_is_the_rank() -> None:
    for event in (0.0, 0.013, -0.05, 1.0):
        exact = permutation(RESID, [event])
        assert exact.p == pytest.approx(sample_quantile(RESID, [event]).p, abs=1e-12)


def test_drawn_permutations_agree_with_counting_all_pairs() -> None:
    resid, event = RESID[:12], np.array([0.03, 0.04])
    pool = np.append(event, resid)

    def statistic(i: int, j: int) -> float:
        rest = np.delete(pool, [i, j])
        return float(abs(pool[i] + pool[j]) / np.sqrt(np.mean(rest**2)))

    all_pairs = [statistic(i, j) for i in range(14) for j in range(i)]
    expected = np.mean(np.array(all_pairs) >= statistic(0, 1) - 1e-12)
    drawn = permutation(resid, event, seed=7, draws=40_000)
    assert drawn.p == pytest.approx(expected, abs=4 * math.sqrt(expected / 40_000))
    assert drawn == permutation(resid, event, seed=7, draws=40_000)


@given(st.floats(0.1, 100), st.sampled_from([1, 3]))
@settings(max_examples=20)
def test_scale_does_not_matter(scale: float, days: int) -> None:
    event = np.full(days, 0.021)
    for test in (sample_quantile, permutation):
        assert test(RESID * scale, event * scale).p == pytest.approx(test(RESID, event).p)


@pytest.mark.parametrize("test", [sample_quantile, permutation])
def test_a_missing_event_day_has_a_reason(test: object) -> None:
    result = test(RESID, [0.1, np.nan])  # type: ignore[operator]
    assert math.isnan(result.p)
    assert result.warning == "a day has no return"
    with pytest.raises(StudyError, match="empty"):
        test(RESID, [])  # type: ignore[operator]


def brute_p(theta: float, returns: np.ndarray, design: np.ndarray, event: np.ndarray) -> float:
    """p of CAR = theta as the paper describes it: refit, then rank among all cyclic shifts."""
    days = event.sum()
    cleaned = returns - theta * event / days
    u = sm.OLS(cleaned, design).fit().resid
    blocks = [abs(np.roll(u, -s)[:days].sum()) for s in range(len(u))]
    own = blocks[int(np.flatnonzero(event)[0])]
    return float(np.mean(np.array(blocks) >= own * (1 - 1e-9) - 1e-15))


@pytest.mark.parametrize("days", [1, 3])
def test_conformal_interval_inverts_the_test(days: int) -> None:
    event = np.zeros(121, dtype=bool)
    event[-days:] = True
    result = conformal_interval(RETURNS, DESIGN, event)
    width = result.high - result.low
    for end, inward in ((result.low, 1), (result.high, -1)):
        assert brute_p(end + inward * 1e-6 * width, RETURNS, DESIGN, event) > 0.05
        assert brute_p(end - inward * 1e-6 * width, RETURNS, DESIGN, event) <= 0.05
    assert result.low < result.estimate < result.high
    assert result.p == pytest.approx(brute_p(0.0, RETURNS, DESIGN, event))


def test_conformal_estimate_is_the_abnormal_return() -> None:
    event = np.zeros(121, dtype=bool)
    event[-1] = True
    fit = sm.OLS(RETURNS[:-1], DESIGN[:-1]).fit()
    expected = RETURNS[-1] - DESIGN[-1] @ fit.params
    assert conformal_interval(RETURNS, DESIGN, event).estimate == pytest.approx(expected, rel=1e-9)


def test_conformal_interval_moves_with_the_effect() -> None:
    event = np.zeros(121, dtype=bool)
    event[-2:] = True
    first = conformal_interval(RETURNS, DESIGN, event)
    second = conformal_interval(RETURNS + 0.25 * event, DESIGN, event)
    assert second.low == pytest.approx(first.low + 0.5)
    assert second.high == pytest.approx(first.high + 0.5)


def test_conformal_coverage_on_heavy_tails() -> None:
    rng = np.random.default_rng(12)
    event = np.zeros(60, dtype=bool)
    event[-1] = True
    covered = 0
    for _ in range(1000):
        x = np.column_stack([np.ones(60), rng.normal(size=60)])
        y = x @ [0.1, 1.0] + rng.standard_t(3, 60) + 2.0 * event
        result = conformal_interval(y, x, event, level=0.9)
        covered += result.low <= 2.0 <= result.high
    assert 0.87 < covered / 1000 < 0.93


def test_too_few_rows_leave_the_effect_unbounded() -> None:
    event = np.arange(15) == 14
    result = conformal_interval(RETURNS[:15], DESIGN[:15], event)
    assert (result.low, result.high) == (-math.inf, math.inf)
    assert result.warning is not None
    assert "15 rows" in result.warning
    nan_day = np.where(event, np.nan, RETURNS[:15])
    assert conformal_interval(nan_day, DESIGN[:15], event).warning == "a day has no return"
