"""A result as text: CSV, JSON, JSON lines, Markdown. The bytes are a contract, kept by tests.

NULL is an empty field in CSV (an empty text is `""`), null in JSON, NULL in tables.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from typing import Any

from watchlist.sql.run import Column, Row
from watchlist.sql.values import to_json, to_show, to_text

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet takes for the start of a formula."""


def csv_lines(
    columns: Sequence[Column], batches: Iterable[list[Row]], *, excel_safe: bool = False
) -> Iterator[str]:
    """RFC 4180 with a header; lines end with a plain newline.

    Parameters
    ----------
    excel_safe : bool
        Put an apostrophe before a text that a spreadsheet would run as a formula. Off by default,
        since it changes the data; numbers are never touched.
    """
    yield ",".join(_csv_field(column.name, excel_safe=excel_safe) for column in columns) + "\n"
    for batch in batches:
        yield "".join(
            ",".join(_csv_field(value, excel_safe=excel_safe) for value in row) + "\n"
            for row in batch
        )


def json_lines(columns: Sequence[Column], batches: Iterable[list[Row]]) -> Iterator[str]:
    """One object a line."""
    names = [column.name for column in columns]
    for batch in batches:
        yield "".join(_object(names, row) + "\n" for row in batch)


def json_array(columns: Sequence[Column], batches: Iterable[list[Row]]) -> Iterator[str]:
    """An array with one object a line, so that two results compare well in a diff."""
    names = [column.name for column in columns]
    held: str | None = None
    for batch in batches:
        for row in batch:
            yield "[\n" if held is None else f"  {held},\n"
            held = _object(names, row)
    yield "[]\n" if held is None else f"  {held}\n]\n"


def wire(columns: Sequence[Column], batches: Iterable[list[Row]]) -> Iterator[str]:
    """Values for another process: a line with the names, then one with each list of rows.

    Dates and times are marked; NaN and infinities have the names that Python's `json` gives them.
    """
    yield json.dumps([column.name for column in columns]) + "\n"
    for batch in batches:
        yield json.dumps([[_to_wire(value) for value in row] for row in batch]) + "\n"


def rows_from_wire(lines: Iterable[bytes]) -> list[dict[str, Any]]:
    """The rows of `wire` by column."""
    names, *batches = [json.loads(line, object_hook=_from_wire) for line in lines]
    return [dict(zip(names, row, strict=True)) for batch in batches for row in batch]


def _to_wire(value: object) -> Any:
    if isinstance(value, date):
        return {"$moment" if isinstance(value, datetime) else "$date": value.isoformat()}
    if isinstance(value, list | tuple):
        return [_to_wire(item) for item in value]
    if isinstance(value, dict):
        return {to_text(key): _to_wire(item) for key, item in value.items()}
    return value if isinstance(value, float) else to_json(value)


def _from_wire(found: dict[str, Any]) -> Any:
    if found.keys() == {"$date"}:
        return date.fromisoformat(found["$date"])
    if found.keys() == {"$moment"}:
        return datetime.fromisoformat(found["$moment"])
    return found


def markdown(columns: Sequence[Column], batches: Iterable[list[Row]]) -> Iterator[str]:
    """A pipe table; numbers to six digits."""
    from watchlist.sql.values import is_numeric

    yield _pipes(column.name for column in columns)
    yield _pipes("---:" if is_numeric(column.type) else "---" for column in columns)
    for batch in batches:
        yield "".join(_pipes(to_show(value) for value in row) for row in batch)


def _pipes(cells: Iterable[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |\n"


def _object(names: list[str], row: Row) -> str:
    pairs = {name: to_json(value) for name, value in zip(names, row, strict=True)}
    return json.dumps(pairs, ensure_ascii=False, allow_nan=False)


def _csv_field(value: object, *, excel_safe: bool) -> str:
    if value is None:
        return ""
    text = to_text(value)
    if excel_safe and isinstance(value, str) and text.startswith(FORMULA_STARTS):
        text = "'" + text
    if text == "" or any(mark in text for mark in ',"\n\r'):
        return '"' + text.replace('"', '""') + '"'
    return text
