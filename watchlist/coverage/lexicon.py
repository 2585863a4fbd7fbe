"""What the reader of texts looks for: the words of `lexicon.toml`, and the mentions they make.

The sentences and codes that the rules of `amounts`, `dates` and `companies` are built from stand
in the same file, so that a word is added there and nowhere else.
"""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any, Literal

from watchlist.catalog.models import minerals

Kind = Literal["company", "date", "amount", "percentage", "mineral", "actor", "policy"]


@dataclass(frozen=True, order=True)
class Mention:
    """One thing that a text says, with the characters that say it; sorts by place."""

    first_char: int
    last_char: int
    """One past the last character, so that `text[first_char:last_char]` is the evidence."""
    kind: Kind
    value: str
    """Symbol, ISO date (or month, or year), canonical name, category."""
    evidence: str
    number: float | None = None
    """Amounts in units of `unit`, percentages as fractions."""
    unit: str | None = None
    """ISO currency (USD, or USD/kg for a price), `fraction`, or how exact a date is."""
    event_id: str | None = None

    def of_event(self, event_id: str) -> Mention:
        """The same mention, linked with an event."""
        return replace(self, event_id=event_id)


def without_overlaps(mentions: list[Mention]) -> list[Mention]:
    """The longest of mentions that share characters, the earlier of equally long ones."""
    kept: list[Mention] = []
    starts: list[int] = []
    for mention in sorted(mentions, key=lambda m: (m.first_char - m.last_char, m.first_char)):
        place = bisect_left(starts, mention.first_char)
        before_ends = place == 0 or kept[place - 1].last_char <= mention.first_char
        after_begins = place == len(kept) or mention.last_char <= kept[place].first_char
        if before_ends and after_begins:
            starts.insert(place, mention.first_char)
            kept.insert(place, mention)
    return kept


@cache
def lexicon() -> dict[str, Any]:
    """`lexicon.toml` as it stands."""
    text = (Path(__file__).parent / "lexicon.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def any_of(section: str, name: str) -> str:
    """A group that matches any entry of a list of regular expressions in `lexicon.toml`."""
    return f"(?:{'|'.join(lexicon()[section][name])})"


def phrase_pattern(phrase: str) -> str:
    """A regular expression for a phrase: any white space between words, `*` for any ending."""
    words = [re.escape(word).replace(r"\*", r"\w*") for word in phrase.split()]
    return r"[\s\-]+".join(words)


def phrases_pattern(phrases: Iterable[str]) -> re.Pattern[str]:
    """Any of the phrases as whole words, whatever their case."""
    inner = "|".join(map(phrase_pattern, phrases))
    return re.compile(rf"(?<!\w)(?:{inner})(?!\w)", re.IGNORECASE)


@dataclass(frozen=True)
class WordList:
    """Phrases that each stand for one canonical value."""

    kind: Kind
    pattern: re.Pattern[str]
    values: tuple[str, ...]
    """By the number of the pattern's group that matched, counted from 1."""

    def find(self, text: str) -> Iterator[Mention]:
        """Every phrase in the text, the longer before the shorter at one place."""
        for match in self.pattern.finditer(text):
            value = self.values[(match.lastindex or 1) - 1]
            yield Mention(match.start(), match.end(), self.kind, value, match.group())


def word_list(
    kind: Kind, phrases: Mapping[str, Iterable[str]], *, case: bool, plural: bool = False
) -> WordList:
    """Compile phrases by their canonical value; whole words only."""
    pairs = [(phrase, value) for value, listed in phrases.items() for phrase in listed]
    pairs.sort(key=lambda pair: -len(pair[0]))
    ending = r"(?:s|es)?" if plural else ""
    groups = "|".join(f"({phrase_pattern(phrase)}{ending})" for phrase, _ in pairs)
    flags = re.NOFLAG if case else re.IGNORECASE
    pattern = re.compile(rf"(?<![\w])(?:{groups})(?!\w)", flags)
    return WordList(kind, pattern, tuple(value for _, value in pairs))


@cache
def _word_lists() -> tuple[WordList, WordList, WordList]:
    """Minerals by the catalogue's names; who acts; what is done, by category."""
    return (
        word_list("mineral", minerals(), case=False, plural=True),
        word_list("actor", lexicon()["actors"], case=True),
        word_list("policy", lexicon()["policy"], case=False),
    )


@cache
def _exceptions() -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    """Phrases that hold a mineral's name; words before and after an actor's that change it."""
    return (
        phrases_pattern(lexicon()["not-minerals"]["phrases"]),
        re.compile(rf"\b{any_of('not-actors', 'before')}\s$"),
        re.compile(rf"\s+{any_of('not-actors', 'after')}\b"),
    )


def find_terms(text: str) -> list[Mention]:
    """Minerals, actors and policy words of a text; one kind's mentions never overlap."""
    mineral_words, actor_words, policy_words = _word_lists()
    not_minerals, before_other_name, after_other_name = _exceptions()
    barred = [match.span() for match in not_minerals.finditer(text)]
    minerals_ = [
        m for m in mineral_words.find(text) if not any(a <= m.first_char < b for a, b in barred)
    ]
    actors = [
        m
        for m in actor_words.find(text)
        if not after_other_name.match(text[m.last_char : m.last_char + 12])
        and not before_other_name.search(text[max(0, m.first_char - 12) : m.first_char])
    ]
    policies = list(policy_words.find(text))
    return sorted(m for kind in (minerals_, actors, policies) for m in without_overlaps(kind))
