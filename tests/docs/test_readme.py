"""What README shows is what the commands print."""

from __future__ import annotations

import difflib
import re
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.docs.console import Command, run, sessions


def test_every_command_of_readme_prints_what_readme_shows(tmp_path: Path) -> None:
    blocks = list(sessions(ROOT / "README.md"))
    assert blocks, "README has no console block"
    for _, block in blocks:
        for command in block:
            printed = run(command.line, tmp_path)
            if not command.matches(printed):
                diff = "\n".join(difflib.unified_diff(command.shown, printed, "README", "printed"))
                pytest.fail(
                    f"$ {command.line}\n{diff}\nrenew: python -m tests.docs.console README.md"
                )


@pytest.mark.parametrize("document", ["README.md", "queries/README.md"])
def test_what_people_read_has_six_significant_digits(document: str) -> None:
    """More are noise, and the last of sixteen depend on the processor."""
    text = (ROOT / document).read_text(encoding="utf-8")
    numbers = re.findall(r"(?<![\w.])\d+\.\d+", text)
    digits = {
        number: len(number.removesuffix(".0").replace(".", "").lstrip("0")) for number in numbers
    }
    assert digits
    assert not {number for number, count in digits.items() if count > 6}


@pytest.mark.parametrize(
    ("shown", "printed", "same"),
    [
        (["a", "b"], ["a", "b"], True),
        (["a"], ["a", "b"], False),
        (["a", "..."], ["a", "b", "c"], True),
        (["...", "c"], ["a", "c"], True),
        (["a", "..."], ["b"], False),
    ],
)
def test_an_ellipsis_stands_for_lines(shown: list[str], printed: list[str], same: bool) -> None:
    assert Command("x", shown).matches(printed) is same
