"""A study of many pairs is estimated in parts; the parts must not show."""

from __future__ import annotations

from dataclasses import fields

import numpy as np

from watchlist.study import estimate as estimation
from watchlist.study.design import StudyDesign
from watchlist.study.models import Fits, least_squares
from watchlist.study.panel import Panel


def test_parts_equal_the_whole() -> None:
    rng = np.random.default_rng(2)
    returns = rng.normal(0, 0.02, (400, 5))
    returns[rng.random((400, 5)) < 0.01] = np.nan
    panel = Panel(np.datetime64("2024-01-01") + np.arange(400), tuple("ABCDE"), returns)
    pairs = 2 * estimation.BATCH + 7
    rows, cols = rng.integers(0, 400, pairs), rng.integers(0, 3, pairs)
    factors = np.tile([3, 4], (pairs, 1))
    design = StudyDesign(model="factors", factors=("D", "E"))
    whole = estimation.estimate(panel, rows, cols, factors, design)
    for start in (0, 1000, pairs - 3):
        part = slice(start, start + 3)
        alone = estimation.estimate(panel, rows[part], cols[part], factors[part], design)
        for item in fields(whole):
            value = getattr(whole, item.name)
            if isinstance(value, np.ndarray):
                np.testing.assert_allclose(
                    value[part], getattr(alone, item.name), rtol=1e-9, atol=1e-12
                )


def test_pairs_of_one_date_share_their_factors_unseen() -> None:
    rng = np.random.default_rng(3)
    returns = rng.normal(0, 0.02, (400, 6))
    returns[60:400:11, 1] = np.nan
    returns[57, 4] = np.nan
    panel = Panel(np.datetime64("2024-01-01") + np.arange(400), tuple("ABCDEF"), returns)
    rows, cols = np.repeat([180, 180, 300, 250, 300], 3), np.tile([0, 1, 2], 5)
    factors = np.repeat([[4, 5], [5, 3], [4, 5], [4, 5], [4, 5]], 3, axis=0)
    design = StudyDesign(model="factors", factors=("E", "F"))
    shared = estimation.rows_of(panel, rows, cols, factors, design, size=3)
    assert shared.x.shape[0] == 5
    own = estimation.rows_of(panel, rows, cols, factors, design)
    one, other = least_squares(shared), least_squares(own)
    assert np.isfinite(one.sigma2).all()
    assert_same(one, other)


def test_dates_with_different_numbers_of_pairs_keep_their_places() -> None:
    rng = np.random.default_rng(4)
    panel = Panel(
        np.datetime64("2024-01-01") + np.arange(400),
        tuple("ABCDEF"),
        rng.normal(0, 0.02, (400, 6)),
    )
    # dates of one, two and three pairs in any order, more of them than one batch holds
    sizes = rng.integers(1, 4, estimation.BATCH)
    rows = np.repeat(rng.integers(150, 390, len(sizes)), sizes)
    cols = rng.integers(0, 4, len(rows))
    factors = np.repeat(rng.integers(4, 6, (len(sizes), 1)), sizes, axis=0)
    design = StudyDesign(factors=("E",))
    together = estimation.estimate(panel, rows, cols, factors, design)
    alone = least_squares(estimation.rows_of(panel, rows, cols, factors, design))
    assert_same(together, alone)


def assert_same(one: Fits, other: Fits) -> None:
    """But for the order in which products add up."""
    for item in fields(one):
        value = getattr(one, item.name)
        if isinstance(value, np.ndarray):
            np.testing.assert_allclose(value, getattr(other, item.name), rtol=1e-11, atol=1e-15)
        else:
            assert value == getattr(other, item.name)
