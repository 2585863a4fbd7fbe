"""Rolling windows against plain loops."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from watchlist.signals.rolling import (
    lag,
    own_z,
    rolling_max,
    rolling_mean,
    rolling_median,
    rolling_sum,
)

RNG = np.random.default_rng(7)


@given(window=st.integers(1, 40), rows=st.integers(1, 60))
@settings(max_examples=60, deadline=None)
def test_sum_and_max_equal_a_loop(window: int, rows: int) -> None:
    x = np.random.default_rng(rows * 100 + window).standard_normal((rows, 3))
    summed, greatest = rolling_sum(x, window), rolling_max(x, window)
    for row in range(rows):
        stretch = x[max(row - window + 1, 0) : row + 1]
        np.testing.assert_allclose(summed[row], stretch.sum(axis=0), rtol=1e-13, atol=1e-13)
        np.testing.assert_array_equal(greatest[row], stretch.max(axis=0))


def test_a_bad_tick_leaves_no_trace_once_it_has_left_the_window() -> None:
    clean = RNG.standard_normal((300, 2)) * 1e-3
    dirty = clean.copy()
    dirty[100] += 1e12
    np.testing.assert_array_equal(rolling_sum(dirty, 50)[150:], rolling_sum(clean, 50)[150:])


def test_means_and_medians_skip_what_is_missing() -> None:
    x = RNG.standard_normal((80, 4))
    x[RNG.random(x.shape) < 0.3] = np.nan
    mean, median = rolling_mean(x, 20, 8), rolling_median(x, 20, 8)
    for row in range(80):
        for column in range(4):
            known = x[max(row - 19, 0) : row + 1, column]
            known = known[np.isfinite(known)]
            if len(known) < 8:
                assert np.isnan(mean[row, column])
                assert np.isnan(median[row, column])
            else:
                assert mean[row, column] == pytest.approx(known.mean(), abs=1e-13)
                assert median[row, column] == pytest.approx(np.median(known), rel=1e-14)


def test_lag_longer_than_the_panel_knows_nothing() -> None:
    assert np.isnan(lag(np.ones((3, 2)), 5)).all()
    assert lag(np.arange(6.0).reshape(3, 2), 2)[2].tolist() == [0.0, 1.0]


def test_own_z_is_by_the_year_before() -> None:
    x = RNG.standard_normal((400, 2))
    x[50:60, 0] = np.nan
    found = own_z(x)
    for row in (130, 251, 300, 399):
        for column in range(2):
            past = x[max(row - 252, 0) : row, column]
            past = past[np.isfinite(past)]
            expected = (x[row, column] - past.mean()) / past.std()
            assert found[row, column] == pytest.approx(expected, rel=1e-9)
    assert np.isnan(found[:120]).all()
    assert np.isfinite(found[120, 1])
    assert np.isnan(found[129, 0])  # ten of its values are missing
