"""Amounts of money with currency and scale, and percentages as fractions.

A price per unit (`$110/kg`, `$2.17 a share`) keeps its unit and is never taken for a sum.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from watchlist.coverage.lexicon import Mention, lexicon, without_overlaps

_MONEY = lexicon()["money"]
_SCALES: dict[str, float] = _MONEY["scales"] | _MONEY["letters"]
_NUMBER = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
_SCALE = f"(?P<scale>{'|'.join(_MONEY['scales'])})"
_SCALED = rf"(?:[\s\-]?{_SCALE}\b|(?P<short>[{''.join(_MONEY['letters'])}])\b)?"
_SIGN = "|".join(map(re.escape, _MONEY["signs"]))
_CODE = "|".join(_MONEY["codes"])
_RANGE = rf"(?:\s?(?:-|–|to)\s?(?:{_SIGN})?\s?(?P<high>{_NUMBER}))?"
_PER = rf"(?P<per>(?:\s?/\s?|\s(?:per|an?|each)\s+)(?P<unit>{'|'.join(_MONEY['per_units'])})\b)?"

_SUMS = (
    re.compile(  # US$ 2.3 billion
        rf"(?<![\w$.])(?P<sign>{_SIGN})\s?(?P<number>{_NUMBER}){_RANGE}"
        rf"{_SCALED}(?![\d])(?:\s+(?:US\s+)?dollars?)?{_PER}",
        re.IGNORECASE,
    ),
    re.compile(  # USD 2.3bn
        rf"(?<!\w)(?P<sign>{_CODE})\s?(?P<number>{_NUMBER}){_RANGE}{_SCALED}(?![\d]){_PER}"
    ),
    re.compile(  # 2.3 million USD
        rf"(?<![\w.,$€£])(?P<number>{_NUMBER}){_SCALED}\s(?P<sign>{_CODE})\b{_PER}"
    ),
    re.compile(  # two million dollars
        rf"(?<![\w.,$€£])(?P<number>{_NUMBER}|"
        rf"{'|'.join(sorted(_MONEY['numbers'], key=len, reverse=True))})"
        rf"[\s\-](?:{_SCALE}[\s\-])?(?:(?:US|U\.S\.|American)\s)?"
        rf"(?P<name>{'|'.join(_MONEY['names']).replace(' ', chr(92) + 's')})s?\b{_PER}",
        re.IGNORECASE,
    ),
)
_PERCENT = re.compile(
    rf"(?<![\w.,$])(?P<number>[+\-−]?(?:{_NUMBER}))(?:\s?(?:-|–|to)\s?(?P<high>{_NUMBER}))?"
    r"(?:\s?%|[\s\-]per\s?cent\b|\spct\b)(?!\s?(?:points?|-points?)\b)",
    re.IGNORECASE,
)
_FRACTIONS = tuple(
    (re.compile(rf"(?<!-)\b(?P<word>{words})\s+of\s+(?:the|all|its|US|U\.S\.)(?!\w)"), value)
    for words, value in _MONEY["fractions"].items()
)


def find_amounts(text: str) -> list[Mention]:
    """Sums and prices; a range gives its two ends."""
    return _longest(
        found for pattern in _SUMS for match in pattern.finditer(text) for found in _amounts(match)
    )


def find_percentages(text: str) -> list[Mention]:
    """Percentages and plain shares (`half of the`) as fractions; a range gives its two ends."""
    found = [
        _percentage(match, float(match[group].replace(",", "").replace("−", "-")) / 100)
        for match in _PERCENT.finditer(text)
        for group in ("number", "high")
        if match[group] is not None
    ]
    for words, value in _FRACTIONS:
        found += [_percentage(match, value, "word") for match in words.finditer(text)]
    return _longest(found)


def _amounts(match: re.Match[str]) -> Iterator[Mention]:
    groups = match.groupdict()
    sign = groups.get("sign")
    if sign:
        unit = _MONEY["signs"].get(sign.upper(), sign.upper())
    else:
        unit = _MONEY["names"][" ".join(groups["name"].lower().split())]
    scale = _SCALES.get((groups.get("scale") or groups.get("short") or "").lower(), 1.0)
    if groups.get("per"):
        name = groups["unit"].lower().rstrip("s")
        unit = f"{unit}/{_MONEY['units'].get(name, name)}"
    for group in ("number", "high"):
        written = groups.get(group)
        if written is not None:
            number = _value(written) * scale
            first, last = _span(match)
            evidence = match.string[first:last]
            yield Mention(
                first, last, "amount", f"{_digits(number)} {unit}", evidence, number, unit
            )


def _percentage(match: re.Match[str], number: float, group: int | str = 0) -> Mention:
    first, last = _span(match, group)
    evidence = match.string[first:last]
    return Mention(first, last, "percentage", f"{number:.6g}", evidence, number, "fraction")


def _value(written: str) -> float:
    word = " ".join(written.lower().split())
    numbers = _MONEY["numbers"]
    return float(numbers[word]) if word in numbers else float(written.replace(",", ""))


def _span(match: re.Match[str], group: int | str = 0) -> tuple[int, int]:
    """Where the match stands, without the white space at its end."""
    first, last = match.span(group)
    return first, last - len(match[group]) + len(match[group].rstrip())


def _digits(number: float) -> str:
    """Every digit of a whole number, no exponent."""
    return f"{number:.0f}" if number.is_integer() else f"{number:.10g}"


def _longest(found: Iterable[Mention]) -> list[Mention]:
    """The longest mention of each place; both ends of a range share theirs."""
    listed = list(found)
    first = {(m.first_char, m.last_char): m for m in reversed(listed)}
    spans = {(m.first_char, m.last_char) for m in without_overlaps(list(first.values()))}
    return sorted({m for m in listed if (m.first_char, m.last_char) in spans})
