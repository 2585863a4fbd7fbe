"""States hold, alerts are changes, rarities count."""

from __future__ import annotations

import numpy as np
import pytest

from watchlist.signals.registry import Measured, Rule
from watchlist.signals.states import begins, percentiles, rarity, states


def coded(values: list[float], rule: Rule) -> list[int]:
    column = np.array(values)[:, None]
    return states(Measured(column, column), rule)[:, 0].tolist()


def test_an_alert_is_a_change_and_is_not_repeated() -> None:
    rule = Rule(on="z", up=3.0, down=-3.0)
    found = coded([0, 3, 4, 5, 0, -3, -4, 3], rule)
    assert found == [0, 1, 1, 1, 0, -1, -1, 1]
    assert np.flatnonzero(begins(np.array(found, np.int8))).tolist() == [1, 5, 7]


def test_a_state_holds_until_its_lower_bar_and_ends_where_the_value_is_missing() -> None:
    rule = Rule(on="value", up=3.0, until_up=2.0)
    assert coded([0, 3, 2.5, 2.9, 1.9, 2.5, 3.1, float("nan"), 2.5], rule) == [
        0, 1, 1, 1, 0, 0, 1, 0, 0,
    ]  # fmt: skip


def test_falling_from_up_to_down_in_one_session() -> None:
    rule = Rule(on="z", up=3.0, down=-3.0, until_up=1.0, until_down=-1.0)
    assert coded([3.5, 2.0, -3.5, -2.0, -0.5], rule) == [1, 1, -1, -1, 0]


def test_state_names() -> None:
    assert Rule(on="z", up=1.0).states[1] == "on"
    assert Rule(on="z", up=1.0, down=-1.0).states[1] == "up"
    assert Rule(on="value", down=5.0, low="on").states[-1] == "on"


def test_thresholds_of_the_user_move_the_end_of_the_state_along() -> None:
    rule = Rule(on="z", up=3.0, down=-3.0, until_up=2.0, until_down=-2.0)
    moved = rule.with_thresholds(up=6.0, down=None)
    assert (moved.up, moved.until_up) == (6.0, 4.0)
    assert (moved.down, moved.until_down) == (-3.0, -2.0)
    assert moved.words() == "z ≥ 6 or z ≤ −3"


def test_percentile_is_the_rank_in_the_own_past() -> None:
    values = np.arange(100.0)[:, None]
    values[60] = -1.0
    values[61] = 30.0  # ties with row 30
    found = percentiles(values, slice(60, 62))
    assert found[0, 0] == 0.0
    assert found[1, 0] == pytest.approx((31 + 0.5) / 61)
    assert np.isnan(percentiles(values, slice(0, 10))).all()


def test_rarity_is_two_sided_where_the_rule_is() -> None:
    both, high = Rule(on="z", up=1.0, down=-1.0), Rule(on="z", up=1.0)
    assert rarity(np.array(0.02), both) == pytest.approx(0.04)
    assert rarity(np.array(0.02), high) == pytest.approx(0.98)
    assert rarity(np.array(1.0), high) == pytest.approx(1 / 253)
