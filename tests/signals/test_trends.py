"""The high of a year is that of a year in which the listing was there."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tests.signals.lookahead import first_change
from watchlist.signals import REGISTRY, Panel
from watchlist.signals.chance import noise_panel
from watchlist.signals.rolling import Floats

HIGH = REGISTRY["high_52w"]
ROWS, YEAR, LEAST = 900, 252, 126
LISTED, HALTED, RESUMED = 300, 300, 620


@pytest.fixture(scope="module")
def panel() -> Panel:
    """The first symbol is whole, the second is listed late, the third is halted for over a year,
    the fourth trades on four sessions of ten, the fifth never."""
    whole = noise_panel(ROWS, 5, seed=8, missing=0.02)
    gone = np.zeros(whole.shape, np.bool_)
    gone[:LISTED, 1] = True
    gone[HALTED:RESUMED, 2] = True
    gone[:, 3] = np.arange(ROWS) % 10 > 3
    gone[:, 4] = True
    bars = ("open", "high", "low", "close", "volume", "ret", "trade_ret")
    return replace(whole, **{n: np.where(gone, np.nan, getattr(whole, n)) for n in bars})


@pytest.fixture(scope="module")
def value(panel: Panel) -> Floats:
    return HIGH.measure(panel).value


def known(panel: Panel, column: int) -> np.ndarray:
    return np.flatnonzero(np.isfinite(panel.close[:, column]))


def test_equals_a_loop_over_the_sessions_of_each_year(panel: Panel, value: Floats) -> None:
    growth = np.where(np.isfinite(panel.trade_ret), 1.0 + panel.trade_ret, 1.0).cumprod(axis=0)
    for column in range(4):
        bars = known(panel, column)
        for row in bars:
            year = bars[(bars > row - YEAR) & (bars <= row)]
            if bars[0] > row - YEAR + 1 or len(year) < LEAST:
                assert np.isnan(value[row, column])
            else:
                expected = growth[row, column] / growth[year, column].max() - 1.0
                assert value[row, column] == pytest.approx(expected, abs=1e-12)
    assert np.isnan(value[:, 4]).all()


def test_a_new_listing_has_no_high_of_a_year(panel: Panel, value: Floats) -> None:
    """On its first day it once stood at its highest in a year."""
    first = known(panel, 1)[0]
    assert np.isnan(value[: first + YEAR - 1, 1]).all()
    assert np.isfinite(value[first + YEAR - 1 : first + YEAR + 5, 1]).any()


def test_after_a_long_halt_half_a_year_must_have_been_traded(panel: Panel, value: Floats) -> None:
    bars = known(panel, 2)
    after = bars[bars >= RESUMED]
    assert np.isnan(value[after[: LEAST - 1], 2]).all()
    assert np.isfinite(value[after[LEAST - 1], 2])


def test_who_hardly_trades_has_none(value: Floats) -> None:
    assert np.isnan(value[:, 3]).all()


def test_a_panel_that_begins_with_the_listing_says_the_same(panel: Panel, value: Floats) -> None:
    """As a market does, which computes a listing on the sessions of its life."""
    begin = LISTED - 21
    bars = ("open", "high", "low", "close", "volume", "ret", "trade_ret", "factors")
    late = replace(
        panel,
        sessions=panel.sessions[begin:],
        market_activity=panel.market_activity[begin:],
        first_row=begin,
        **{name: getattr(panel, name)[begin:] for name in bars},
    )
    found = HIGH.measure(late).value[:, 1]
    np.testing.assert_array_equal(found, value[begin:, 1])


def test_no_session_is_judged_by_a_later_one(panel: Panel) -> None:
    rows = (LISTED + 1, LISTED + YEAR - 1, LISTED + YEAR, RESUMED, RESUMED + LEAST + 5, ROWS - 1)
    cuts = [panel.upto(row) for row in rows]
    assert first_change(HIGH, panel, cuts) is None
