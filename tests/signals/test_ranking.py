"""The order of the day: the rarest first, one reason a family."""

from __future__ import annotations

import pytest

from watchlist.signals import REGISTRY
from watchlist.signals.chance import Chance
from watchlist.signals.ranking import Reading, in_unit, rank, surprise

CHANCE = Chance()


def reading(symbol: str, signal: str, percentile: float, state: str = "quiet") -> Reading:
    return Reading(symbol, REGISTRY[signal], 0.1, 1.0, percentile, state)


def test_the_rarest_symbol_is_first_and_a_family_counts_once() -> None:
    ranked = rank(
        [
            reading("A", "abnormal_volume", 1.0, "on"),
            reading("A", "news_before_price", 1.0, "on"),
            reading("A", "abnormal_move", 0.5),
            reading("B", "abnormal_volume", 1.0, "on"),
            reading("B", "abnormal_move", 1.0, "up"),
        ],
        CHANCE,
    )
    assert [entry.symbol for entry in ranked] == ["B", "A"]
    assert len(ranked[0].reasons) == 2
    assert len(ranked[1].reasons) == 1
    assert ranked[0].rarities == tuple(sorted(ranked[0].rarities))


def test_an_unknown_percentile_surprises_nobody() -> None:
    assert surprise(reading("A", "gap", float("nan")), CHANCE) == 1.0
    [entry] = rank([reading("A", "gap", float("nan"))], CHANCE)
    assert entry.score == 0.0
    assert entry.reasons == ()


def test_a_wandering_level_at_the_edge_of_its_year_is_less_rare_than_a_day() -> None:
    floor = 1 / 253
    assert CHANCE.calibrated(REGISTRY["drawdown"], floor) > 3 * CHANCE.calibrated(
        REGISTRY["abnormal_move"], floor
    )


def test_chance_counts_only_where_chance_has_a_part() -> None:
    for signal in REGISTRY:
        rate = CHANCE.alert_rate(signal, signal.rule)
        assert (rate is not None) == signal.by_chance, signal.name
        assert rate is None or 0 <= rate < 0.2


@pytest.mark.parametrize(
    ("value", "unit", "shown"),
    [
        (-0.135, "fraction", "−13.5 %"),
        (0.5, "fraction a year", "+50.0 % a year"),
        (6.4, "deviations", "+6.4 deviations"),
        (8.31, "times usual", "8.3 times usual"),
        (3.0, "events", "3 events"),
        (1.234, "ratio", "1.23"),
    ],
)
def test_values_as_people_read_them(value: float, unit: str, shown: str) -> None:
    assert in_unit(value, unit) == shown
