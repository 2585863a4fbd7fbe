"""Adjusted p-values against statsmodels and against the definition."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.multitest import multipletests

from watchlist.errors import StudyError
from watchlist.study.multiplicity import benjamini_hochberg, holm, romano_wolf

p_values = st.lists(st.floats(0, 1, allow_subnormal=False), min_size=1, max_size=30)


@given(p_values)
def test_holm_and_benjamini_hochberg_equal_statsmodels(values: list[float]) -> None:
    np.testing.assert_allclose(holm(values), multipletests(values, method="holm")[1], rtol=1e-12)
    np.testing.assert_allclose(
        benjamini_hochberg(values), multipletests(values, method="fdr_bh")[1], rtol=1e-12
    )


@pytest.mark.parametrize("adjust", [holm, benjamini_hochberg])
def test_missing_tests_are_not_hypotheses(adjust: object) -> None:
    with_gap = adjust([0.01, np.nan, 0.04])  # type: ignore[operator]
    without = adjust([0.01, 0.04])  # type: ignore[operator]
    assert np.isnan(with_gap[1])
    np.testing.assert_array_equal(with_gap[[0, 2]], without)


def test_romano_wolf_by_hand() -> None:
    observed = np.array([-3.0, 1.0, 2.0])
    draws = np.array([[0.5, 1.5, -0.1], [0.2, 0.3, 2.5], [3.5, 0.1, 0.0], [0.0, -0.9, 0.4]])
    # the largest of all three: 1.5, 2.5, 3.5, 0.9 against 3; of the last two: 1.5, 2.5, .1, .9
    # against 2; of the last one: 1.5, .3, .1, .9 against 1
    np.testing.assert_allclose(romano_wolf(observed, draws), [2 / 5, 2 / 5, 2 / 5])
    np.testing.assert_allclose(
        romano_wolf(np.array([-4.0, 1.0, 2.6]), draws), [1 / 5, 2 / 5, 1 / 5]
    )


def test_romano_wolf_of_equal_tests_costs_nothing() -> None:
    draws = np.random.default_rng(0).normal(size=(999, 1))
    alone = romano_wolf([2.1], draws)
    np.testing.assert_array_equal(
        romano_wolf([2.1] * 5, np.repeat(draws, 5, axis=1)), alone[[0] * 5]
    )


def test_romano_wolf_never_falls_below_the_raw_rank() -> None:
    rng = np.random.default_rng(1)
    draws = rng.normal(size=(500, 8))
    draws[rng.random(draws.shape) < 0.1] = np.nan
    observed = rng.normal(size=8) * 2
    adjusted = romano_wolf(observed, draws)
    raw = (1 + (np.abs(draws) >= np.abs(observed)).sum(axis=0)) / 501
    assert np.all(adjusted >= raw)
    by_size = adjusted[np.argsort(-np.abs(observed))]
    assert np.all(np.diff(by_size) >= 0)


def test_romano_wolf_leaves_tests_without_placebo_unadjusted() -> None:
    adjusted = romano_wolf([1.0, np.nan, 2.0], np.array([[0.5, 0.5, np.nan], [1.5, 9.0, np.nan]]))
    np.testing.assert_array_equal(adjusted, [2 / 3, np.nan, np.nan])


def test_romano_wolf_refuses_draws_of_another_shape() -> None:
    with pytest.raises(StudyError, match="do not match"):
        romano_wolf([1.0, 2.0], np.zeros((10, 3)))
