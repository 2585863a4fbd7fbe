"""Numbers, dates and times as people read them; the only place that knows percent signs.

Everything before this module is a fraction, a date or a UTC moment.
"""

from __future__ import annotations

import math
from datetime import date, datetime, time
from typing import Any

from watchlist.formatting import Readable, finite

NBSP = "\u00a0"
DASH = "\u2013"

MARKUP = frozenset("\\`*_{}[]<>#|!")
"""Characters that Markdown, or HTML inside it, would read."""

MILLION = 1_000_000
BILLION = 1_000_000_000


def number(value: float | None, digits: int = 2, *, sign: bool = False) -> str:
    """A number with fixed digits and a real minus sign; a dash for what is not known.

    Examples
    --------
    >>> number(-1.5), number(2, 1, sign=True), number(-0.001), number(None)
    ('−1.50', '+2.0', '0.00', '–')
    """
    known = finite(value)
    return DASH if known is None else f"{Readable(known):{'+' if sign else ''},.{digits}f}"


def percent(value: float | None, digits: int = 1, *, sign: bool = True) -> str:
    """A fraction as percent; from 100 % on without decimals, which nobody reads there.

    Examples
    --------
    >>> percent(0.506), percent(2.11), percent(-0.0204)
    ('+50.6\\xa0%', '+211\\xa0%', '−2.0\\xa0%')
    """
    known = finite(value)
    if known is None:
        return DASH
    return number(known * 100, 0 if abs(known) >= 0.9995 else digits, sign=sign) + NBSP + "%"


def points(value: float | None) -> str:
    """A difference of returns, in percentage points without the word, unsigned."""
    if value is None:
        return DASH
    size = abs(value) * 100
    return number(size, 0 if size >= 9.95 else 1)


def usd(value: float | None) -> str:
    """An amount of money, in words a headline would use.

    Examples
    --------
    >>> usd(35_600_000), usd(12e9)
    ('$35.6\\xa0million', '$12\\xa0billion')
    """
    if value is None:
        return DASH
    for size, word in ((BILLION, "billion"), (MILLION, "million")):
        if abs(value) >= size:
            return f"${value / size:.4g}{NBSP}{word}"
    return f"${value:,.0f}"


def count(value: int | None) -> str:
    """A whole number with thin grouping."""
    return DASH if value is None else f"{value:,}"


def volume(value: float | None) -> str:
    """Shares traded, three figures."""
    if value is None:
        return DASH
    for size, letter in ((BILLION, "bn"), (MILLION, "m"), (1_000, "k")):
        if value >= size:
            return f"{value / size:.3g}{NBSP}{letter}"
    return f"{value:.0f}"


def price(value: float | None) -> str:
    """A price; below one dollar with four digits."""
    if value is None:
        return DASH
    return number(value, 2 if abs(value) >= 1 else 4)


def pvalue(value: float | None, floor: float | None = None) -> str:
    """A p-value; at the smallest one that the test can give, it says so.

    Examples
    --------
    >>> pvalue(0.0024), pvalue(0.004, 0.004), pvalue(1e-9)
    ('0.0024', '0.0040\\xa0(floor)', '<\\xa00.0001')
    """
    if value is None or not math.isfinite(value):
        return DASH
    if value < 0.0001:
        return f"<{NBSP}0.0001"
    text = f"{value:.4f}" if value < 0.01 else f"{value:.3f}" if value < 0.1 else f"{value:.2f}"
    if floor is not None and value <= floor * (1 + 1e-9):
        return f"{text}{NBSP}(floor)"
    return text


def as_date(value: Any) -> date | None:
    """A date from a date or from the twin's ISO text."""
    if value is None or (isinstance(value, date) and not isinstance(value, datetime)):
        return value
    return date.fromisoformat(str(value)[:10])


def day(value: Any, *, year: bool = True, weekday: bool = False) -> str:
    """A date as `7 Oct 2025`, or `Tuesday 7 October 2025`."""
    when = as_date(value)
    if when is None:
        return DASH
    if weekday:
        return f"{when:%A} {when.day} {when:%B}" + (f" {when.year}" if year else "")
    return f"{when.day} {when:%b}" + (f" {when.year}" if year else "")


def clock(value: time | str | None) -> str:
    """A wall time as `16:05`."""
    return DASH if value is None else str(value)[:5]


def ordinal(value: int) -> str:
    """1st, 2nd, 3rd, 4th."""
    if value % 100 in {11, 12, 13}:
        return f"{value}th"
    return f"{value}{ {1: 'st', 2: 'nd', 3: 'rd'}.get(value % 10, 'th') }"


def plural(n: int, one: str, many: str | None = None) -> str:
    """`1 event`, `2 events`."""
    return f"{n:,} {one if n == 1 else many or one + 's'}"


def listing(items: list[str]) -> str:
    """`a, b and c`."""
    if len(items) < 2:
        return "".join(items)
    return ", ".join(items[:-1]) + " and " + items[-1]


def markdown(text: Any) -> str:
    """A text that Markdown shows as it is: markup escaped, on one line."""
    plain = " ".join(str(text).split())
    return "".join(f"\\{c}" if c in MARKUP else c for c in plain)
