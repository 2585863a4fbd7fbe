"""Inference over dates, against scipy, statsmodels and counting by hand."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from watchlist.errors import StudyError
from watchlist.study.dates import (
    calendar_time_alpha,
    calendar_time_portfolio,
    contrast,
    date_means,
    ibragimov_mueller,
    newey_west_lags,
    sign_flips,
    two_sample_ibragimov_mueller,
)

effects = st.lists(st.floats(-1, 1, allow_subnormal=False), min_size=2, max_size=9)


def test_means_within_dates_leave_missing_pairs_out() -> None:
    days = np.array(["2025-07-10", "2025-01-02", "2025-07-10", "2025-03-03"], dtype="datetime64[D]")
    distinct, means = date_means([0.1, 0.2, 0.3, np.nan], days)
    assert distinct.astype(str).tolist() == ["2025-01-02", "2025-07-10"]
    np.testing.assert_allclose(means, [0.2, 0.2], rtol=1e-15)


def test_effects_and_dates_of_different_length_are_refused() -> None:
    with pytest.raises(StudyError, match="do not match"):
        date_means([0.1, 0.2], [1])


def test_ibragimov_mueller_is_the_t_test_of_date_means() -> None:
    means = np.array([0.02, -0.01, 0.05, 0.03, np.nan])
    result = ibragimov_mueller(means)
    expected = stats.ttest_1samp(means[:4], 0)
    assert result.dates == 4
    assert result.df == 3
    assert result.statistic == pytest.approx(expected.statistic, rel=1e-12)
    assert result.p == pytest.approx(expected.pvalue, rel=1e-10)
    assert result.warning is None


@pytest.mark.parametrize("means", [[], [0.1], [np.nan, 0.1]], ids=["none", "one", "one and NaN"])
def test_too_few_dates_give_no_p_and_say_why(means: list[float]) -> None:
    result = ibragimov_mueller(means)
    assert np.isnan(result.p)
    assert result.warning is not None
    assert "at least two" in result.warning


def test_two_samples_use_the_smaller_group_for_degrees_of_freedom() -> None:
    a, b = [0.02, -0.01, 0.05, 0.03], [0.0, 0.01, -0.02]
    result = two_sample_ibragimov_mueller(a, b)
    welch = stats.ttest_ind(a, b, equal_var=False)
    assert result.statistic == pytest.approx(welch.statistic, rel=1e-12)
    assert result.df == 2
    assert result.p == pytest.approx(2 * stats.t.sf(abs(welch.statistic), 2), rel=1e-10)


def test_contrast_of_groups_on_shared_dates_cancels_the_shock_of_the_date() -> None:
    day = np.array([1, 1, 2, 2, 3, 3, 4])
    shock = np.array([0.5, 0.5, -0.7, -0.7, 0.2, 0.2, 9.0])
    own = np.array([0.02, 0.0, 0.03, 0.0, 0.025, 0.0, 0.0])
    result = contrast(shock + own, day, np.array([1, 0, 1, 0, 1, 0, 1], dtype=bool))
    assert result.test == "ibragimov-mueller-within-date"
    assert result.estimate == pytest.approx(0.025)
    assert result.dates == 3
    assert result.warning is not None
    assert result.warning.startswith("1 dates")


def test_contrast_of_disjoint_dates_is_the_two_sample_test() -> None:
    x, day = np.array([0.02, -0.01, 0.0, 0.03]), np.array([1, 2, 3, 4])
    group = np.array([True, True, False, False])
    assert contrast(x, day, group) == two_sample_ibragimov_mueller(x[:2], x[2:])


@given(effects)
def test_exact_sign_flips_equal_counting_all_of_them(values: list[float]) -> None:
    x = np.array(values)
    totals = np.array([abs(np.dot(s, x)) for s in itertools.product([-1, 1], repeat=len(x))])
    expected = np.mean(totals >= abs(x.sum()) - 1e-12 * np.abs(x).sum())
    assert sign_flips(x).p == pytest.approx(expected, abs=1e-15)


@given(effects, st.floats(1e-3, 1e3), st.randoms())
def test_scale_and_order_do_not_matter(values: list[float], scale: float, random: object) -> None:
    x = np.array(values) + 0.123456
    shuffled = list(x * scale)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert sign_flips(shuffled).p == pytest.approx(sign_flips(x).p, abs=1e-15)
    if np.ptp(x) > 1e-6:
        assert ibragimov_mueller(shuffled).p == pytest.approx(ibragimov_mueller(x).p, rel=1e-6)


@pytest.mark.parametrize(("dates", "floor"), [(3, 0.25), (6, 0.03125)])
def test_the_smallest_attainable_p(dates: int, floor: float) -> None:
    result = sign_flips(np.arange(1, dates + 1))
    assert result.floor == floor
    assert result.p == floor
    assert (result.warning is not None) == (floor > 0.05)


def test_drawn_sign_flips_agree_with_exact_ones() -> None:
    x = np.random.default_rng(3).normal(0.4, 1, 20)
    exact = sign_flips(x)
    drawn = sign_flips(np.append(x, 1e-9), seed=1)  # one more date that changes nothing
    assert exact.dates == 20
    assert drawn.dates == 21
    assert drawn.p == pytest.approx(exact.p, abs=4 * np.sqrt(exact.p / 99_999))
    assert drawn == sign_flips(np.append(x, 1e-9), seed=1)


def test_newey_west_alpha_equals_statsmodels() -> None:
    rng = np.random.default_rng(5)
    x = rng.normal(size=(300, 2))
    y = 0.1 + x @ [0.5, -1.0] + np.convolve(rng.normal(size=304), np.ones(5), "valid")
    result = calendar_time_alpha(y, x, lags=6)
    fit = sm.OLS(y, sm.add_constant(x)).fit(
        cov_type="HAC", cov_kwds={"maxlags": 6, "use_correction": True}, use_t=True
    )
    assert result.estimate == pytest.approx(fit.params[0], rel=1e-8)
    assert result.se == pytest.approx(fit.bse[0], rel=1e-8)
    assert result.p == pytest.approx(fit.pvalues[0], rel=1e-8)
    assert newey_west_lags(300) == 5


def test_lags_of_a_portfolio_with_idle_sessions_are_sessions() -> None:
    """Two spells far apart have no common autocovariance: it equals the sum over the spells."""
    rng = np.random.default_rng(8)
    y = np.full(100, np.nan)
    y[10:30], y[60:80] = rng.normal(size=20), rng.normal(size=20)
    result = calendar_time_alpha(y, np.empty((100, 0)), lags=2)
    u = y[np.isfinite(y)] - np.nanmean(y)
    by_hand = u @ u
    for lag, weight in ((1, 2 / 3), (2, 1 / 3)):
        by_hand += 2 * weight * (u[:20][lag:] @ u[:20][:-lag] + u[20:][lag:] @ u[20:][:-lag])
    assert result.se == pytest.approx(np.sqrt(by_hand * 40 / 39) / 40, rel=1e-12)


def test_calendar_time_portfolio_weighs_its_members_equally() -> None:
    returns, session = [0.01, 0.03, np.nan, 0.02, 0.04], [0, 0, 0, 1, 1]
    np.testing.assert_allclose(
        calendar_time_portfolio(returns, session, 3), [0.02, 0.03, np.nan], rtol=1e-15
    )


def test_more_parameters_than_sessions_give_a_reason() -> None:
    result = calendar_time_alpha([0.1, 0.2, np.nan], np.ones((3, 1)))
    assert np.isnan(result.p)
    assert result.warning == "2 sessions with members cannot carry 2 parameters"
