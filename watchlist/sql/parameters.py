"""`--param name=value`: from text to a typed value."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import date

from watchlist.errors import ConfigError

NULL_WORDS = frozenset({"", "null", "NULL"})


def split(pairs: Iterable[str]) -> dict[str, str]:
    """`["symbol=MP"]` as a dictionary.

    Raises
    ------
    ConfigError
        No `=`, no name, or a name given twice.
    """
    values: dict[str, str] = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals or not name:
            raise ConfigError(f"--param {pair}: write it as name=value")
        if name in values:
            raise ConfigError(f"--param {name} is given twice")
        values[name] = value
    return values


def guess(text: str) -> object:
    """The plainest type that a text has: whole number, number, truth, date, NULL, else text.

    Quotes keep it text: `--param code="'2025'"`.

    Examples
    --------
    >>> guess("5"), guess("0.5"), guess("2025-07-10"), guess("'5'"), guess("MP")
    (5, 0.5, datetime.date(2025, 7, 10), '5', 'MP')
    """
    if len(text) >= 2 and text[0] == text[-1] and text[0] in "'\"":
        return text[1:-1]
    if text in NULL_WORDS:
        return None
    if text.lower() in {"true", "false"}:
        return text.lower() == "true"
    for pattern, make in _SHAPES:
        if pattern.fullmatch(text):
            try:
                return make(text)
            except ValueError:
                break
    return text


def typed(name: str, text: str, kind: str) -> object:
    """A value of a type that a query's header declares.

    Raises
    ------
    ConfigError
        The text is not such a value.
    """
    if text in NULL_WORDS:
        return None
    if kind.endswith("[]"):
        return [typed(name, part.strip(), kind[:-2]) for part in text.split(",")]
    try:
        return TYPES[kind](text)
    except ValueError:
        raise ConfigError(f"--param {name}={text}: not {WORDS[kind]}") from None


def _boolean(text: str) -> bool:
    try:
        return {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}[
            text.lower()
        ]
    except KeyError:
        raise ValueError from None


_SHAPES: tuple[tuple[re.Pattern[str], Callable[[str], object]], ...] = (
    (re.compile(r"[+-]?\d+"), int),
    (re.compile(r"[+-]?(\d+\.\d*|\.\d+|\d+)([eE][+-]?\d+)?"), float),
    (re.compile(r"\d{4}-\d{2}-\d{2}"), date.fromisoformat),
)

TYPES: dict[str, Callable[[str], object]] = {
    "VARCHAR": str,
    "INTEGER": int,
    "DOUBLE": float,
    "DATE": date.fromisoformat,
    "BOOLEAN": _boolean,
}
"""Types that a header may declare; each also as a list, `VARCHAR[]`, written with commas."""

WORDS = {
    "VARCHAR": "a text",
    "INTEGER": "a whole number",
    "DOUBLE": "a number",
    "DATE": "a date as YYYY-MM-DD",
    "BOOLEAN": "true or false",
}
