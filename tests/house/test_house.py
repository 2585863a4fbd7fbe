"""The package does not grow unnoticed, and what notices it counts rightly."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.house.measure import House, circles
from tests.house.ratchet import AT_LEAST, figures, limits


@pytest.fixture(scope="module")
def weighed() -> dict[str, float]:
    return figures(House())


@pytest.mark.parametrize("name", limits())
def test_no_figure_is_worse_than_the_ratchet(weighed: dict[str, float], name: str) -> None:
    """`make house` shows where; a figure of ratchet.toml is raised on purpose, with the reason."""
    allowed = limits()[name]
    assert weighed[name] >= allowed if name in AT_LEAST else weighed[name] <= allowed


def test_every_figure_has_its_limit(weighed: dict[str, float]) -> None:
    assert weighed.keys() == limits().keys()


SHARED = """\
    total = x
    total += 1
    total += 2
    total += 3
    total += 4
    return total
"""
ONE = (
    '''"""Of the module."""

import os

# why
LIMIT = 3
"""Of a constant."""


def once(x):
    """Of a function,

    in three lines."""
'''
    + SHARED
)
TWO = (
    """\
from watchlist.one import once


def never(x):
    x = x + 1  # beside code
"""
    + SHARED
)


@pytest.fixture
def small(tmp_path: Path) -> House:
    (tmp_path / "watchlist").mkdir()
    (tmp_path / "watchlist" / "one.py").write_text(ONE)
    (tmp_path / "watchlist" / "two.py").write_text(TWO)
    (tmp_path / "queries").mkdir()
    (tmp_path / "queries" / "one.sql").write_text("SELECT 1;\n\n")
    return House(tmp_path)


def test_lines_of_every_kind_are_counted(small: House) -> None:
    one, two = small.modules
    assert small.lines == 19 + 11
    assert one.told == {1, 5, 11, 12, 13}
    assert one.code == [6, 10, 14, 15, 16, 17, 18, 19]
    assert two.told == set()
    assert small.share_told == 5 / 30
    assert small.shipped == {"sql": 2}


def test_six_lines_that_stand_twice_are_a_copy(small: House) -> None:
    ((one, two),) = small.copies
    assert (str(one), str(two)) == ("watchlist/one.py:14-19", "watchlist/two.py:6-11")
    assert small.copied == 6


def test_a_name_that_stands_once_besides_its_definition_is_found(small: House) -> None:
    assert [name for name, _ in small.functions] == ["once", "never"]
    assert [name for name, _ in small.used_once] == ["once"]


def test_a_circle_of_any_length_is_one_group() -> None:
    imports = {"a": {"b"}, "b": {"c"}, "c": {"a"}, "d": {"a", "e"}, "e": {"d"}, "f": {"a"}}
    assert circles(imports) == [["a", "b", "c"], ["d", "e"]]
    assert circles({"a": {"b"}, "b": set()}) == []
