"""The fast ranks behind the rank tests, against scipy on every kind of row."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.stats import rankdata

from watchlist.study.ranks import mean_ranks

VALUES = st.one_of(
    st.floats(-1, 1, allow_subnormal=False),
    st.sampled_from([0.0, -0.0, 1e-300, -1e-300, 1e200, -1e200, 0.25, -0.25, np.nan]),
)


@given(arrays(np.float64, st.tuples(st.integers(1, 6), st.integers(2, 12)), elements=VALUES))
def test_mean_ranks_equal_scipy_with_ties_and_holes(values: np.ndarray) -> None:
    ranks = rankdata(values, axis=1, nan_policy="omit")
    there = np.isfinite(values)
    u = ranks / (1 + there.sum(axis=1, keepdims=True)) - 0.5
    mean, share = mean_ranks(values)
    expected = np.where(there, u, 0).sum(axis=0) / np.maximum(there.sum(axis=0), 1)
    np.testing.assert_allclose(mean, expected, atol=1e-12)
    np.testing.assert_allclose(share, there.mean(axis=0))


def test_values_that_differ_in_the_last_bit_are_not_ties() -> None:
    row = np.array([[0.3, np.nextafter(0.3, 1), 0.1, np.nextafter(0.3, 0)]])
    np.testing.assert_allclose(mean_ranks(row)[0], np.array([3, 4, 1, 2]) / 5 - 0.5, atol=1e-15)


def test_many_rows_are_ranked_in_parts() -> None:
    values = np.random.default_rng(0).normal(size=(5_000, 141))
    values[::7, 3] = np.nan
    whole = rankdata(values, axis=1, nan_policy="omit")
    there = np.isfinite(values)
    u = np.where(there, whole / (1 + there.sum(axis=1, keepdims=True)) - 0.5, 0.0)
    np.testing.assert_allclose(mean_ranks(values)[0], u.sum(axis=0) / there.sum(axis=0), atol=1e-12)


def test_infinities_are_missing() -> None:
    row = np.array([[np.inf, 0.2, -np.inf, 0.1], [0.3, 0.2, 0.4, 0.1]])
    mean, share = mean_ranks(row[:, :1], row[:, 1:])
    np.testing.assert_allclose(share, [0.5, 1, 0.5, 1])
    np.testing.assert_allclose(mean, np.array([3, (10 / 3 + 2) / 2, 4, (5 / 3 + 1) / 2]) / 5 - 0.5)


def test_one_value_is_in_the_middle() -> None:
    np.testing.assert_array_equal(mean_ranks(np.array([[0.3]]))[0], [0.0])
