"""Precision and recall of companies, dates and amounts on sentences written for the purpose."""

from __future__ import annotations

import tomllib
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from watchlist.catalog import packaged_catalog
from watchlist.coverage.amounts import find_amounts
from watchlist.coverage.companies import find_companies
from watchlist.coverage.dates import find_dates

SENTENCES: list[dict[str, Any]] = tomllib.loads(
    (Path(__file__).parent / "labelled.toml").read_text(encoding="utf-8")
)["sentences"]
WRITTEN_ON = date(2025, 10, 8)
PRECISION, RECALL = 0.97, 0.92
SECURITIES = packaged_catalog().securities


def found(sentence: dict[str, Any], kind: str) -> Counter[str]:
    text = sentence["text"]
    if kind == "companies":
        mentions = find_companies(text, SECURITIES)
    elif kind == "dates":
        mentions = find_dates(text, sentence.get("written_on", WRITTEN_ON))
    else:
        mentions = find_amounts(text)
    for mention in mentions:
        assert text[mention.first_char : mention.last_char] == mention.evidence
    return Counter(mention.value for mention in mentions)


def test_the_set_is_large_and_holds_traps() -> None:
    assert len(SENTENCES) >= 120
    empty = [s for s in SENTENCES if not {"companies", "dates", "amounts"} & set(s)]
    assert len(empty) >= 35


@pytest.mark.parametrize("kind", ["companies", "dates", "amounts"])
def test_precision_and_recall(kind: str, capsys: pytest.CaptureFixture[str]) -> None:
    right = wrong = missed = 0
    told = []
    for sentence in SENTENCES:
        have, want = found(sentence, kind), Counter(sentence.get(kind, []))
        right += (have & want).total()
        wrong += (have - want).total()
        missed += (want - have).total()
        if have != want:
            told.append(f"  {sentence['text']}\n    found {dict(have)}, wanted {dict(want)}")
    precision, recall = right / (right + wrong), right / (right + missed)
    with capsys.disabled():
        print(
            f"\n{kind}: precision {precision:.3f}, recall {recall:.3f} on {len(SENTENCES)}", end=" "
        )
    assert precision >= PRECISION, "\n".join(told)
    assert recall >= RECALL, "\n".join(told)
