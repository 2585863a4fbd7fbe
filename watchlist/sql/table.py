"""Values as text, and a table for a terminal: aligned, cut to the width, and told what was cut."""

from __future__ import annotations

import json
import math
import unicodedata
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from watchlist.sql.query import Column, Row

GAP = "  "
NARROWEST = 6
"""A column is not cut further than this."""


def draw(
    columns: Sequence[Column], rows: Sequence[Row], room: int | None = None
) -> tuple[str, list[str]]:
    """The table, and the names of the columns that were cut or left out to fit.

    Parameters
    ----------
    room : int, optional
        Columns of the terminal; None cuts nothing.

    Returns
    -------
    text : str
        Header, rule, rows; no trailing blanks.
    lost : list of str
        What does not show whole, in words.
    """
    cells = [[to_show(value) for value in row] for row in rows]
    heads = [to_show(column.name) for column in columns]
    natural = [
        max([width(head), *(width(row[i]) for row in cells)]) for i, head in enumerate(heads)
    ]
    shown, widths, lost = _fit(columns, natural, room)
    right = [is_numeric(columns[i].type) for i in shown]
    lines = [_line([heads[i] for i in shown], widths, right), GAP.join("─" * w for w in widths)]
    lines += [_line([row[i] for i in shown], widths, right) for row in cells]
    return "\n".join(lines) + "\n", lost


def _fit(
    columns: Sequence[Column], natural: list[int], room: int | None
) -> tuple[list[int], list[int], list[str]]:
    shown, widths = list(range(len(columns))), list(natural)
    if room is None:
        return shown, widths, []
    # numbers cut in the middle would lie: only the other columns give way, the widest first
    soft = [i for i in shown if not is_numeric(columns[i].type)]
    while _total(widths) > room:
        widest = max(soft, key=lambda i: widths[i], default=None)
        if widest is None or widths[widest] <= NARROWEST:
            break
        others = sorted((widths[i] for i in soft if widths[i] < widths[widest]), reverse=True)
        floor = max(NARROWEST, others[0] if others else NARROWEST)
        same = [i for i in soft if widths[i] == widths[widest]]
        excess = -(-(_total(widths) - room) // len(same))
        for i in same:
            widths[i] = max(floor, widths[i] - excess)
    while len(shown) > 1 and _total([widths[i] for i in shown]) > room:
        shown.pop()
    lost = [
        f"{columns[i].name} (left out)" if i not in shown else columns[i].name
        for i in range(len(columns))
        if i not in shown or widths[i] < natural[i]
    ]
    return shown, [widths[i] for i in shown], lost


def _total(widths: Sequence[int]) -> int:
    return sum(widths) + len(GAP) * (len(widths) - 1)


def _line(cells: list[str], widths: list[int], right: list[bool]) -> str:
    parts = []
    for cell, room, at_right in zip(cells, widths, right, strict=True):
        text = cut(cell, room)
        blank = " " * (room - width(text))
        parts.append(blank + text if at_right else text + blank)
    return GAP.join(parts).rstrip()


NUMERIC = ("INT", "INTEGER", "DOUBLE", "FLOAT", "DECIMAL", "BIGNUM")


def is_numeric(kind: str) -> bool:
    """Whether a DuckDB type is written at the right of its column."""
    return not kind.endswith("]") and kind.split("(", 1)[0].endswith(NUMERIC)


def to_json(value: Any) -> Any:
    """The JSON value; a NaN or infinity becomes a text, since JSON has no such number."""
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else _not_finite(value)
    if isinstance(value, dict):
        return {to_text(key): to_json(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [to_json(item) for item in value]
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return to_text(value)


def to_text(value: Any) -> str:
    """The exact text: every digit of a number, ISO 8601 for times, JSON for nested values."""
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case str():
            return value
        case float():
            return repr(value) if math.isfinite(value) else _not_finite(value)
        case datetime() | date() | time():
            return value.isoformat()
        case bytes() | bytearray() | memoryview():
            return "0x" + bytes(value).hex()
        case dict() | list() | tuple():
            return json.dumps(to_json(value), ensure_ascii=False)
        case int() | Decimal() | timedelta() | UUID():
            return str(value)
        case _:
            return str(value)


def to_show(value: Any) -> str:
    """For eyes: numbers to six digits, NULL said, nothing that could move a cursor."""
    if value is None:
        return "NULL"
    if isinstance(value, float):
        return _short(value)
    text = to_text(value)
    return text if text.isprintable() else "".join(_visible(character) for character in text)


def width(text: str) -> int:
    """Columns that a text takes on a terminal: wide characters two, combining marks none."""
    if text.isascii():
        return len(text)
    return sum(_character_width(character) for character in text)


def cut(text: str, columns: int) -> str:
    """The text in at most so many columns, with an ellipsis where some is missing."""
    if width(text) <= columns:
        return text
    kept, used = [], 0
    for character in text:
        used += _character_width(character)
        if used > columns - 1:
            break
        kept.append(character)
    return "".join(kept) + "…"


def _character_width(character: str) -> int:
    if unicodedata.combining(character) or unicodedata.category(character) in {"Mn", "Cf"}:
        return 0
    return 2 if unicodedata.east_asian_width(character) in {"W", "F"} else 1


def _visible(character: str) -> str:
    if character.isprintable():
        return character
    return {"\n": "\\n", "\t": "\\t", "\r": "\\r"}.get(character) or (
        f"\\x{ord(character):02x}" if ord(character) < 256 else f"\\u{ord(character):04x}"
    )


def _not_finite(value: float) -> str:
    return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"


def _short(value: float) -> str:
    if not math.isfinite(value):
        return _not_finite(value)
    size = abs(value)
    if size != 0 and (size < 1e-4 or size >= 1e15):
        return f"{value:.5g}"
    if size >= 1e6:
        return f"{value:.0f}"
    digits = f"{value:.6g}"
    return digits + ".0" if digits.lstrip("-").isdigit() else digits
