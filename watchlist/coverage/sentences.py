"""Sentences with their place in the text; abbreviations and decimals do not end one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_END = re.compile(r"[.!?][\"”’')\]]*(?=\s+[\"“‘'(\[]?[A-Z0-9$€£])|\n+")
_ABBREVIATION = re.compile(
    r"\b(?:[A-Z]|U\.S|U\.K|E\.U|Mr|Mrs|Ms|Dr|Sen|Rep|Gov|Gen|St|No|Nos|vs|Inc|Corp|Ltd|Co|"
    r"Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept|Sep|Oct|Nov|Dec|Sec|Art|approx|e\.g|i\.e)$"
)


@dataclass(frozen=True)
class Sentence:
    """`text[first:last]` of the document."""

    first: int
    last: int
    text: str


def split_sentences(text: str) -> Iterator[Sentence]:
    """The sentences of a text, headings too; what is only white space is left out."""
    start = 0
    for match in _END.finditer(text):
        if match.group()[0] == "." and _ABBREVIATION.search(text, start, match.start()):
            continue
        yield from _one(text, start, match.end())
        start = match.end()
    yield from _one(text, start, len(text))


def _one(text: str, first: int, last: int) -> Iterator[Sentence]:
    raw = text[first:last]
    bare = raw.strip()
    if bare:
        start = first + len(raw) - len(raw.lstrip())
        yield Sentence(start, start + len(bare), bare)
