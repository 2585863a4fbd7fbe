"""The market's volume, leaving the firm itself out."""

from __future__ import annotations

import numpy as np

from watchlist.study.controls import market_log_volume

RNG = np.random.default_rng(21)


def test_the_market_leaves_the_firm_itself_out() -> None:
    v = np.tile([10.0, 12.0, 14.0], (30, 1)) + RNG.normal(0, 1e-9, (30, 3))
    v[29] += [5.0, 1.0, 2.0]
    v[28, 2] = np.nan
    market = market_log_volume(v, window=20)
    np.testing.assert_allclose(market[29], [1.5, 3.5, 3.0], atol=1e-6)
    assert np.isnan(market[5]).all()


def test_a_lone_firm_has_no_market() -> None:
    assert np.isnan(market_log_volume(np.ones((40, 1)))).all()
