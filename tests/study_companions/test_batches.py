"""A study of many pairs is estimated in parts; the parts must not show."""

from __future__ import annotations

from dataclasses import fields

import numpy as np

from watchlist.study import estimate as estimation
from watchlist.study.design import StudyDesign
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
