"""METHODS.md explains every test that the program can print."""

from __future__ import annotations

import re

import pytest

from tests.conftest import ROOT
from watchlist.study.significance import TESTS

OTHERS = (
    "placebo", "ibragimov-mueller", "sign-flip", "calendar-time-alpha", "estimation-t", "sq",
    "permutation", "conformal",
)  # fmt: skip


def sections() -> dict[str, str]:
    text = (ROOT / "METHODS.md").read_text(encoding="utf-8")
    parts = re.split(r"^#### (\S+)\n", text, flags=re.MULTILINE)
    return {
        name: body.split("\n##")[0] for name, body in zip(parts[1::2], parts[2::2], strict=True)
    }


@pytest.mark.parametrize("name", [*TESTS, *OTHERS])
def test_explained_in_a_few_lines(name: str) -> None:
    body = sections()[name]
    for part in ("Asks:", "Formula:", "Lies when:", "Source:"):
        assert part in body, part


def test_every_source_in_a_docstring_is_the_one_in_methods() -> None:
    """Author and year of each formula's docstring stand in its section."""
    told = sections()
    for name, test in TESTS.items():
        source = re.search(r"(\w+)(?: & \w+)?,? (?:\d{4}|& \w+ \d{4})", test.run.__doc__ or "")
        year = re.search(r"(19|20)\d{2}", test.run.__doc__ or "")
        if source and year and name != "kp-normal":
            assert year.group() in told[name], name
