"""`watchlist sql …` without the command-line library, which loads slower than DuckDB itself.

Only plain calls are taken. Anything else (`--help`, a slip, an option of the future) is left to
the full command line, which knows how to explain; both end in `asking.ask` with the same wishes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from watchlist.cli.asking import Wishes

VALUES: dict[str, tuple[str, Callable[[str], Any]]] = {
    "--project": ("project", Path),
    "--format": ("style", str),
    "-o": ("out", Path),
    "--out": ("out", Path),
    "--limit": ("limit", int),
    "--timeout": ("timeout", float),
    "--as-known": ("as_known", date.fromisoformat),
}
"""Options with a value: the wish they fill, and how."""

FLAGS: dict[str, tuple[str, bool]] = {
    "--all": ("all_rows", True),
    "--allow-files": ("allow_files", True),
    "--excel-safe": ("excel_safe", True),
    "--no-pager": ("pager", False),
    "--simulated": ("simulated", True),
}

PARAMETER = frozenset({"-p", "--param"})


def read(arguments: Sequence[str]) -> tuple[str, list[str], Wishes] | None:
    """The query, its parameters and the wishes; None if the call is not a plain one."""
    texts: list[str] = []
    pairs: list[str] = []
    wishes: dict[str, Any] = {}
    rest = iter(arguments)
    try:
        for argument in rest:
            if argument in FLAGS:
                name, value = FLAGS[argument]
                wishes[name] = value
            elif argument in PARAMETER:
                pairs.append(next(rest))
            elif argument in VALUES:
                name, make = VALUES[argument]
                wishes[name] = make(next(rest))
            elif argument.startswith("-") and argument != "-":
                return None
            else:
                texts.append(argument)
    except (StopIteration, ValueError):
        return None
    if len(texts) != 1 or wishes.get("limit", 0) < 0:
        return None
    return texts[0], pairs, Wishes(**wishes)
