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

from watchlist.coverage.mention import Mention, without_overlaps

if TYPE_CHECKING:
    from watchlist.catalog import Security

EXCHANGES = r"(?:NYSE\s*(?:American|Arca|MKT)?|NYSEAMERICAN|NASDAQ|Nasdaq|TSX(?:-?V)?|ASX|KRX|AMEX)"

MARKET_VERB = (
    r"(?:rose|rise[sn]?|rising|fell|falls?|falling|jump(?:ed|s|ing)|surg(?:ed|es|ing)|gain(?:ed|s)|"
    r"los[et]s?|soar(?:ed|s|ing)|slid|slump(?:ed|s)|drop(?:ped|s)|climb(?:ed|s)|plung(?:ed|es)|"
    r"closed|opened|trad(?:ed|es|ing)|rall(?:ied|ies)|tumbl(?:ed|es)|spik(?:ed|es)|"
    r"were\s+(?:up|down)|was\s+(?:up|down)|is\s+(?:up|down)|are\s+(?:up|down)|"
    r"added|shed|doubled|up\s+\d|down\s+\d)"
)
AFTER_SYMBOL = re.compile(
    rf"\s*(?:'s|’s)?\s*(?:\(?[+\-−]\d[\d.]*\s?%|(?:shares?|stock)\s+(?:price|{MARKET_VERB})|"
    rf"{MARKET_VERB}\b[^;\n]{{0,60}}?(?:%|per\s?cent|\$|points|high|low)|"
    r"(?:stock|shareholders|warrants|stockholders)\b)"
)
BEFORE_SYMBOL = re.compile(
    rf"(?:{EXCHANGES}\s*:\s*|[(\[]\s*{EXCHANGES}\s*:\s*|(?<!\w)\$|\b[Tt]ickers?:?\s+|\bsymbol\s+|"
    r"\b[Ss]hares\s+(?:of|in)\s+|\b[Ss]tock\s+of\s+)$"
)
AFTER_NAME = re.compile(
    rf"(?:'s|’s)?\s*(?:,?\s*(?:Corp|Corporation|Inc|Ltd|Limited|PLC|plc|Company)\b|"
    rf"(?:shares?|stock)\s+(?:price|{MARKET_VERB})|(?:shareholders|stockholders|stock)\b|"
    rf"{MARKET_VERB}\b[^;\n]{{0,60}}?(?:%|per\s?cent)|"
    r"(?:said|says|announced|reported|disclosed|expects|signed|raised|agreed)\b)"
)
BEFORE_NAME = re.compile(
    r"(?:\b[Ss]hares\s+(?:of|in)\s+|\b[Ss]tock\s+(?:of|in)\s+|\bstakes?\s+(?:of\s+[^.;]{0,20})?in\s+|"
    r"\bminer\s+|\bdeveloper\s+|\bgiant\s+|\bpercent\s+of\s+|%\s+of\s+|\binvest(?:ed|s|ing)?\s+in\s+)$"
)
NOT_THE_COMPANY = re.compile(
    r"\b(?:parliament|constituen\w+|labour|tory|tories|conservative|lib\s?dem\w*|backbench\w*|"
    r"house of commons|westminster|lawmaker|by-election|new brunswick|canadian province|nota bene|"
    r"megapixels?|saint john|fredericton|moncton|rupiah|jakarta|alcoholics)\b",
    re.IGNORECASE,
)
"""Words beside which a two-letter symbol is a member of parliament, a province or a remark."""

NEAR = 300
"""Characters on each side of a symbol that may say what it is."""

LONGER_NAMES = re.compile(
    r"(?:American Rare Earths|Standard Lithium Battery|Vulcan (?:Materials|Energy)|"
    r"Apple (?:Hospitality|Valley|Daily)|Trilogy International|Perpetua Medical|Freeport LNG|"
    r"Port of Freeport|Freeport,|Albemarle (?:Sound|County|Street))"
)
"""Other companies and places whose names hold a name of the catalogue."""


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
    barred = [match.span() for match in LONGER_NAMES.finditer(text)]

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
    listed = BEFORE_SYMBOL.search(before)
    return bool(listed) and not re.search(r"(?:[Ss]hares|[Ss]tock)\s+(?:of|in)\s+$", before)


def _is_symbol_here(text: str, match: re.Match[str], named_in_full: bool) -> bool:
    before = text[max(0, match.start() - 40) : match.start()]
    after = text[match.end() : match.end() + 90]
    if _is_listed(text, match):
        return True
    sentence = _sentence_around(text, match)
    if NOT_THE_COMPANY.search(sentence) or re.match(r"\s+for\s+[A-Z]", after):
        return False
    if re.search(r"(?:,\s|\.\s?|\b(?:an?|the|Labour|his|her|their|our)\s)$", before) and not (
        AFTER_SYMBOL.match(after)
    ):
        return False
    if re.match(r"\s*:", after):
        return False
    if AFTER_SYMBOL.match(after) or BEFORE_SYMBOL.search(before):
        return True
    return named_in_full and bool(
        re.match(
            r"(?:'s|’s)?\s+(?:said|says|announced|disputed|also|will|would|has|had|is)\b", after
        )
    )


def _is_name_here(text: str, match: re.Match[str], named_in_full: bool) -> bool:
    before = text[max(0, match.start() - 40) : match.start()]
    after = text[match.end() : match.end() + 90]
    if re.match(r"\s+(?:of|novel|film|series|bookshop|trilogy)\b", after):
        return False
    if AFTER_NAME.match(after) or BEFORE_NAME.search(before):
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
