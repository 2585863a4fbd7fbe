"""Amounts of money with currency and scale, and percentages as fractions.

A price per unit (`$110/kg`, `$2.17 a share`) keeps its unit and is never taken for a sum.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from watchlist.coverage.mention import Mention, without_overlaps

_SYMBOLS = {
    "US$": "USD",
    "U.S.$": "USD",
    "$": "USD",
    "C$": "CAD",
    "CA$": "CAD",
    "A$": "AUD",
    "AU$": "AUD",
    "€": "EUR",
    "£": "GBP",
    "¥": "JPY",
    "₩": "KRW",
}
_CODES = ("USD", "CAD", "AUD", "EUR", "GBP", "JPY", "KRW", "CNY")
_NAMES = {
    "dollar": "USD",
    "euro": "EUR",
    "pounds sterling": "GBP",
    "yen": "JPY",
    "won": "KRW",
    "yuan": "CNY",
}
_SCALES = {
    "thousand": 1e3,
    "k": 1e3,
    "million": 1e6,
    "mln": 1e6,
    "mn": 1e6,
    "m": 1e6,
    "billion": 1e9,
    "bln": 1e9,
    "bn": 1e9,
    "b": 1e9,
    "trillion": 1e12,
    "trn": 1e12,
    "tn": 1e12,
    "t": 1e12,
}
_WORDS = {
    "one": 1,
    "two": 2,
    "three": 3,
    "four": 4,
    "five": 5,
    "six": 6,
    "seven": 7,
    "eight": 8,
    "nine": 9,
    "ten": 10,
    "eleven": 11,
    "twelve": 12,
    "fifteen": 15,
    "twenty": 20,
    "fifty": 50,
    "a hundred": 100,
    "one hundred": 100,
}

_NUMBER = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
_SCALE = r"(?:thousand|million|mln|mn|billion|bln|bn|trillion|trn|tn)"
_SHORT = r"(?:[kmbt])"
_SIGN = r"U\.S\.\$|US\$|CA\$|C\$|AU\$|A\$|\$|€|£|¥|₩"
_RANGE = rf"(?:\s?(?:-|–|to)\s?(?:{_SIGN})?\s?(?P<high>{_NUMBER}))?"
_PER = (
    r"(?P<per>(?:\s?/\s?|\s(?:per|an?|each)\s+)(?P<unit>kg|kilograms?|kilos?|shares?|tonnes?|tons?|"
    r"lb|pounds?|ounces?|oz|barrels?|units?|hours?|MWh|warrants?)\b)?"
)

_SIGNED = re.compile(
    rf"(?<![\w$.])(?P<sign>{_SIGN})\s?(?P<number>{_NUMBER}){_RANGE}"
    rf"(?:[\s\-]?(?P<scale>{_SCALE})\b|(?P<short>{_SHORT})\b)?(?![\d])(?:\s+(?:US\s+)?dollars?)?{_PER}",
    re.IGNORECASE,
)
_CODED = re.compile(
    rf"(?<!\w)(?P<sign>{'|'.join(_CODES)})\s?(?P<number>{_NUMBER}){_RANGE}"
    rf"(?:[\s\-]?(?P<scale>{_SCALE})\b|(?P<short>{_SHORT})\b)?(?![\d]){_PER}"
)
_CODE_AFTER = re.compile(
    rf"(?<![\w.,$€£])(?P<number>{_NUMBER})(?:[\s\-]?(?P<scale>{_SCALE})\b|(?P<short>{_SHORT})\b)?"
    rf"\s(?P<sign>{'|'.join(_CODES)})\b{_PER}"
)
_NAMED = re.compile(
    rf"(?<![\w.,$€£])(?P<number>{_NUMBER}|{'|'.join(sorted(_WORDS, key=len, reverse=True))})"
    rf"[\s\-](?:(?P<scale>{_SCALE})[\s\-])?(?:(?:US|U\.S\.|American)\s)?"
    rf"(?P<name>dollar|euro|pounds\ssterling|yen|won|yuan)s?\b{_PER}",
    re.IGNORECASE,
)
_PERCENT = re.compile(
    rf"(?<![\w.,$])(?P<number>[+\-−]?(?:{_NUMBER}))(?:\s?(?:-|–|to)\s?(?P<high>{_NUMBER}))?"
    r"(?:\s?%|[\s\-]per\s?cent\b|\spct\b)(?!\s?(?:points?|-points?)\b)",
    re.IGNORECASE,
)
_HALF = re.compile(
    r"(?<!-)\b(?P<word>half|a\s+quarter|a\s+third|two[\s\-]thirds)\s+of\s+(?:the|all|its|US|U\.S\.)(?!\w)"
)
_FRACTIONS = {"half": 0.5, "a quarter": 0.25, "a third": 1 / 3, "two thirds": 2 / 3}
_UNITS = {
    "kilogram": "kg",
    "kilo": "kg",
    "share": "share",
    "tonne": "tonne",
    "ton": "ton",
    "pound": "lb",
    "ounce": "oz",
    "barrel": "barrel",
    "unit": "unit",
    "hour": "hour",
}


def find_amounts(text: str) -> list[Mention]:
    """Sums and prices; a range gives its two ends."""
    found: list[Mention] = []
    for pattern in (_SIGNED, _CODED, _CODE_AFTER, _NAMED):
        for match in pattern.finditer(text):
            found += _amounts(match)
    return _keep(found)


def find_percentages(text: str) -> list[Mention]:
    """Percentages and plain shares (`half of the`) as fractions; a range gives its two ends."""
    found: list[Mention] = []
    for match in _PERCENT.finditer(text):
        for group in ("number", "high"):
            if match[group] is not None:
                value = float(match[group].replace(",", "").replace("−", "-")) / 100
                found.append(_span(match, "percentage", value, "fraction"))
    for match in _HALF.finditer(text):
        word = re.sub(r"[\s\-]+", " ", match["word"].lower())
        found.append(_span(match, "percentage", _FRACTIONS[word], "fraction", "word"))
    return _keep(found)


def _amounts(match: re.Match[str]) -> Iterator[Mention]:
    groups = match.groupdict()
    sign = groups.get("sign")
    currency = _currency(sign) if sign else _NAMES[" ".join(groups["name"].lower().split())]
    scale = _SCALES.get((groups.get("scale") or groups.get("short") or "").lower(), 1.0)
    unit = currency
    if groups.get("per"):
        name = groups["unit"].lower().rstrip("s")
        unit = f"{currency}/{_UNITS.get(name, name)}"
    for group in ("number", "high"):
        written = groups.get(group)
        if written is not None:
            yield _span(match, "amount", _value(written) * scale, unit)


def _value(written: str) -> float:
    word = " ".join(written.lower().split())
    return float(_WORDS[word]) if word in _WORDS else float(written.replace(",", ""))


def _currency(sign: str) -> str:
    upper = sign.upper()
    return _SYMBOLS.get(upper, upper)


def _span(
    match: re.Match[str], kind: str, number: float, unit: str, group: int | str = 0
) -> Mention:
    first, last = match.span(group)
    while match.string[last - 1].isspace():
        last -= 1
    value = f"{_plain(number)} {unit}" if kind == "amount" else f"{number:.6g}"
    evidence = match.string[first:last]
    if kind == "amount":
        return Mention(first, last, "amount", value, evidence, number, unit)
    return Mention(first, last, "percentage", value, evidence, number, unit)


def _plain(number: float) -> str:
    """Every digit of a whole number, no exponent."""
    return f"{number:.0f}" if number.is_integer() else f"{number:.10g}"


def _keep(found: list[Mention]) -> list[Mention]:
    """The longest mention of each place; both ends of a range share theirs."""
    first = {(m.first_char, m.last_char): m for m in reversed(found)}
    spans = {(m.first_char, m.last_char) for m in without_overlaps(list(first.values()))}
    return sorted({m for m in found if (m.first_char, m.last_char) in spans})
