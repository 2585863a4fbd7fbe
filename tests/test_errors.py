"""What an error says of names that are not known."""

from __future__ import annotations

from watchlist.errors import nearest

NAMES = [f"event-{number}" for number in range(97)]


def test_the_nearest_name_is_told() -> None:
    assert nearest("remix", ["REMX", "SPY"]) == "did you mean 'REMX'?"
    assert nearest("event-99x", [*NAMES, "event-99"]) == "did you mean 'event-99'?"


def test_all_names_are_told_where_they_are_few() -> None:
    assert nearest("nope", ["REMX", "SPY"]) == "known: REMX, SPY"


def test_of_many_names_the_first_are_told() -> None:
    told = nearest("nope", NAMES)
    assert told.startswith("known: event-0, event-1, ")
    assert told.endswith("event-29 and 67 more")
