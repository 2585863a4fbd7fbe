"""A result as a table for a terminal: aligned, cut to the width, and told what was cut."""

from __future__ import annotations

from collections.abc import Sequence

from watchlist.sql.run import Column, Row
from watchlist.sql.values import cut, is_numeric, to_show, width

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
