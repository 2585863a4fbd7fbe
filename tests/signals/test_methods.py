"""METHODS.md says of every signal what it means, how it is computed and when it lies."""

from __future__ import annotations

import re

import pytest

from tests.conftest import ROOT
from watchlist.signals import REGISTRY, Signal

TEXT = (ROOT / "METHODS.md").read_text(encoding="utf-8")


def section(signal: Signal) -> str:
    heading = f"#### {signal.title} (`{signal.name}`)"
    assert heading in TEXT, f"METHODS.md lacks {heading!r}"
    return re.split(r"\n#", TEXT.split(heading, 1)[1])[0]


@pytest.mark.parametrize("signal", list(REGISTRY), ids=lambda signal: signal.name)
def test_every_signal_has_its_page(signal: Signal) -> None:
    page = section(signal)
    assert signal.definition in page
    assert f"Formula: {signal.formula}." in page
    assert f"Source: {signal.source}." in page
    assert f"Speaks when {signal.rule.words()}." in page
    assert signal.misleads[1:] in page
    assert re.search(r"Alerts to \d{4}-\d{2}-\d{2}: \d+ in \d+ symbol-years", page)
    assert re.search(r"Verdict, judged \d{4}-\d{2}-\d{2}", page)


def test_every_page_is_of_a_registered_signal() -> None:
    signals_part = TEXT.split("\n## Signals", 1)[1].split("\n## ", 1)[0]
    names = re.findall(r"^#### .*\(`(\w+)`\)$", signals_part, flags=re.MULTILINE)
    assert names == list(REGISTRY.names())
