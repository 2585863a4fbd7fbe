"""Companies in a text: names of the catalogue as whole words, and the names that need evidence.

A name that also means something else (MP, NB, Trilogy, "critical metals") counts only as a
listed symbol, `(NYSE: MP)`; beside words of the stock market; or, if it is a word and not a
symbol, where the same text names the company in full.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from watchlist.coverage.lexicon import Mention, any_of, without_overlaps

if TYPE_CHECKING:
    from watchlist.catalog import Security

_EXCHANGE = any_of("companies", "exchanges")
_MOVE = any_of("companies", "market_verbs")
_OWNERS = any_of("companies", "owners")
_SHARES_MOVE = rf"(?:shares?|stock)\s+(?:price|{_MOVE})"

_AFTER_SYMBOL = re.compile(
    rf"\s*(?:'s|’s)?\s*(?:\(?[+\-−]\d[\d.]*\s?%|{_SHARES_MOVE}|"
    rf"{_MOVE}\b[^;\n]{{0,60}}?(?:%|per\s?cent|\$|points|high|low)|(?:{_OWNERS}|warrants)\b)"
)
_BEFORE_SYMBOL = re.compile(
    rf"(?:{_EXCHANGE}\s*:\s*|[(\[]\s*{_EXCHANGE}\s*:\s*|{any_of('companies', 'before_symbols')})$"
)
_SYMBOL_ACTS = re.compile(rf"(?:'s|’s)?\s+{any_of('companies', 'symbol_verbs')}\b")
_SHARES_OF = re.compile(r"(?:[Ss]hares|[Ss]tock)\s+(?:of|in)\s+$")
_AFTER_NAME = re.compile(
    rf"(?:'s|’s)?\s*(?:,?\s*{any_of('companies', 'legal_forms')}\b|{_SHARES_MOVE}|{_OWNERS}\b|"
    rf"{_MOVE}\b[^;\n]{{0,60}}?(?:%|per\s?cent)|{any_of('companies', 'name_verbs')}\b)"
)
_BEFORE_NAME = re.compile(rf"{any_of('companies', 'before_names')}$")
_COMMON_NOUN = re.compile(rf"\s+{any_of('companies', 'after_common_nouns')}\b")
_NOT_THE_COMPANY = re.compile(rf"\b{any_of('companies', 'not_symbols')}\b", re.IGNORECASE)
_LONGER_NAMES = re.compile(any_of("companies", "longer_names"))

NEAR = 300
"""Characters on each side of a symbol that may say what it is."""


@dataclass(frozen=True)
class _Names:
    strong: re.Pattern[str]
    weak: re.Pattern[str]
    symbols: re.Pattern[str]
    strong_of: dict[str, str]
    weak_of: dict[str, str]


def find_companies(text: str, securities: Iterable[Security]) -> list[Mention]:
    """Every mention of a security that the text's own words support, by place."""
    names = _names(tuple((s.symbol, s.name, s.aliases, s.weak_aliases) for s in securities))
    barred = [match.span() for match in _LONGER_NAMES.finditer(text)]

    def free(match: re.Match[str]) -> bool:
        return not any(a < match.end() and match.start() < b for a, b in barred)

    found = [
        _mention(match, names.strong_of[_key(match.group())])
        for match in names.strong.finditer(text)
        if free(match)
    ]
    certain = {mention.value for mention in found}
    for match in names.symbols.finditer(text):
        if free(match) and _is_listed(text, match):
            found.append(_mention(match, match.group()))
    for match in names.weak.finditer(text):
        symbol = names.weak_of[match.group()]
        is_symbol = match.group().isupper()
        check = _is_symbol_here if is_symbol else _is_name_here
        if free(match) and check(text, match, symbol in certain):
            found.append(_mention(match, symbol))
    return without_overlaps(list(dict.fromkeys(found)))


@lru_cache(maxsize=8)
def _names(securities: tuple[tuple[str, str, tuple[str, ...], tuple[str, ...]], ...]) -> _Names:
    strong: dict[str, str] = {}
    weak: dict[str, str] = {}
    for symbol, _, aliases, weak_aliases in securities:
        for alias in aliases:
            strong[_key(alias)] = symbol
            strong[_key(alias.upper())] = symbol
        weak |= dict.fromkeys(weak_aliases, symbol)
    listed = {symbol for symbol, *_ in securities if symbol.isalpha()}
    return _Names(_words(strong), _words(weak), _words(listed), strong, weak)


def _words(names: Iterable[str]) -> re.Pattern[str]:
    """Whole words, longest first, any white space inside; nothing at all for no names."""
    longest = sorted(names, key=len, reverse=True)
    inner = "|".join(r"\s+".join(map(re.escape, name.split())) for name in longest)
    return re.compile(rf"(?<![\w&]){f'(?:{inner})' if inner else '(?!)'}(?![\w&]|-\w)")


def _key(surface: str) -> str:
    return " ".join(surface.split())


def _mention(match: re.Match[str], symbol: str) -> Mention:
    return Mention(match.start(), match.end(), "company", symbol, match.group())


def _is_listed(text: str, match: re.Match[str]) -> bool:
    """`NYSE: MP`, `$MP`, `ticker MP`."""
    before = text[max(0, match.start() - 24) : match.start()]
    return bool(_BEFORE_SYMBOL.search(before)) and not _SHARES_OF.search(before)


def _is_symbol_here(text: str, match: re.Match[str], named_in_full: bool) -> bool:
    before = text[max(0, match.start() - 40) : match.start()]
    after = text[match.end() : match.end() + 90]
    if _is_listed(text, match):
        return True
    if _NOT_THE_COMPANY.search(_sentence_around(text, match)):
        return False
    if re.match(r"\s+for\s+[A-Z]|\s*:", after):
        return False
    if _AFTER_SYMBOL.match(after):
        return True
    if re.search(r"(?:,\s|\.\s?|\b(?:an?|the|Labour|his|her|their|our)\s)$", before):
        return False
    if _BEFORE_SYMBOL.search(before):
        return True
    return named_in_full and _SYMBOL_ACTS.match(after) is not None


def _is_name_here(text: str, match: re.Match[str], named_in_full: bool) -> bool:
    before = text[max(0, match.start() - 40) : match.start()]
    after = text[match.end() : match.end() + 90]
    if _COMMON_NOUN.match(after):
        return False
    if _AFTER_NAME.match(after) or _BEFORE_NAME.search(before):
        return not re.search(r"\b(?:a|an|the|this|that|fantasy)\s$", before)
    generic = " " in match.group() and not named_in_full
    return named_in_full and not generic and not re.match(r"\s+(?:[A-Z][a-z]+)", after)


def _sentence_around(text: str, match: re.Match[str]) -> str:
    """The sentence of the match, or as much of it as lies near."""
    near = text[max(0, match.start() - NEAR) : match.end() + NEAR]
    first = min(match.start(), NEAR)
    start = max(near.rfind(". ", 0, first), near.rfind("\n", 0, first)) + 1
    last = first + len(match.group())
    ends = [i for i in (near.find(". ", last), near.find("\n", last)) if i >= 0]
    return near[start : min(ends, default=len(near))]
