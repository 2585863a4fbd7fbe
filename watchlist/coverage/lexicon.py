"""The word lists of `lexicon.toml` and `minerals.toml`, ready to search with."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from watchlist.catalog.vocabulary import minerals
from watchlist.coverage.mention import Kind, Mention, without_overlaps


@cache
def raw_lexicon() -> dict[str, Any]:
    """`lexicon.toml` as it stands."""
    text = (Path(__file__).parent / "lexicon.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


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


def phrase_pattern(phrase: str) -> str:
    """A regular expression for a phrase: any white space between words, `*` for any ending."""
    words = [re.escape(word).replace(r"\*", r"\w*") for word in phrase.split()]
    return r"[\s\-]+".join(words)


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
def mineral_words() -> WordList:
    """Minerals by the catalogue's names."""
    return word_list("mineral", minerals(), case=False, plural=True)


@cache
def actor_words() -> WordList:
    """People, agencies and governments."""
    return word_list("actor", raw_lexicon()["actors"], case=True)


@cache
def policy_words() -> WordList:
    """What is done, by category."""
    return word_list("policy", raw_lexicon()["policy"], case=False)


@cache
def _not_minerals() -> re.Pattern[str]:
    phrases = "|".join(phrase_pattern(p) for p in raw_lexicon()["not-minerals"]["phrases"])
    return re.compile(rf"(?<!\w)(?:{phrases})(?!\w)", re.IGNORECASE)


def find_terms(text: str) -> list[Mention]:
    """Minerals, actors and policy words of a text; one kind's mentions never overlap."""
    barred = [match.span() for match in _not_minerals().finditer(text)]

    def allowed(mention: Mention) -> bool:
        return not any(a <= mention.first_char < b for a, b in barred)

    found = [m for m in mineral_words().find(text) if allowed(m)]
    found += [m for m in actor_words().find(text) if not _is_part_of_name(text, m)]
    found += policy_words().find(text)
    kinds: tuple[Kind, ...] = ("mineral", "actor", "policy")
    return sorted(
        m for kind in kinds for m in without_overlaps([x for x in found if x.kind == kind])
    )


def _is_part_of_name(text: str, mention: Mention) -> bool:
    """`Trump Tower` is not the man and `South China Sea` not the state."""
    after = text[mention.last_char : mention.last_char + 12]
    before = text[max(0, mention.first_char - 12) : mention.first_char]
    if re.match(r"\s+(?:Tower|Media|Organization|Hotel|Sea|Daily|Airlines|Securities)\b", after):
        return True
    return bool(re.search(r"\b(?:South|Melania|Ivanka|Eric|Bone)\s$", before))
