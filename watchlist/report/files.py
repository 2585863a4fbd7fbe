"""Pages and their JSON twins as files: a file is either the old one or the new one."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from watchlist.disk import clear_left, replacing

_ENCODER = json.JSONEncoder(ensure_ascii=False, allow_nan=False, default=date.isoformat)
_UNSAFE = re.compile(r"[^A-Za-z0-9.-]")


def page_file(page: Mapping[str, Any]) -> str:
    """Where a page lies in the reports folder."""
    kind = page["kind"]
    if kind == "event":
        return f"events/{safe_name(page['event']['event_id'])}.html"
    if kind == "symbol":
        return f"symbols/{safe_name(page['symbol'])}.html"
    return "index.html" if kind == "index" else f"{kind}/{page['as_of']}.html"


def write_page(folder: Path, page: Mapping[str, Any], html: str) -> Path:
    """Write a page and, beside it, the twin that it was rendered from; gives the page's path."""
    path = folder / page_file(page)
    write(path.with_suffix(".json"), to_json(page))
    return write(path, html)


def write(path: Path, content: str | bytes) -> Path:
    """Replace a file in one step; a file that would not change is left alone."""
    data = content.encode("utf-8") if isinstance(content, str) else content
    if path.is_file() and path.stat().st_size == len(data) and path.read_bytes() == data:
        return path
    path.parent.mkdir(parents=True, exist_ok=True)
    _tidy(path.parent)
    with replacing(path) as part:
        part.write_bytes(data)
    return path


@cache
def _tidy(folder: Path) -> None:
    """Once a run and folder: a run that was killed leaves at most a page in the making."""
    clear_left(folder)


def to_json(page: Mapping[str, Any]) -> str:
    """The twin: keys in the order of the page, one a line; so is a row of a list. NaN is refused.

    A line a value would be a third longer and take twice as long to write.
    """
    return _field(page, "\n") + "\n"


def _field(value: Any, margin: str) -> str:
    if isinstance(value, dict) and any(isinstance(v, dict | list) for v in value.values()):
        lines = [f"{_dump(k)}: {_field(v, margin + ' ')}" for k, v in value.items()]
        return f"{{{margin} " + f",{margin} ".join(lines) + f"{margin}}}"
    if isinstance(value, list) and any(isinstance(v, dict | list) for v in value):
        return f"[{margin} " + f",{margin} ".join(map(_dump, value)) + f"{margin}]"
    return _dump(value)


def _dump(value: Any) -> str:
    return _ENCODER.encode(value)


def safe_name(name: str) -> str:
    """A file name for any event id or symbol; what could leave the folder is replaced.

    Examples
    --------
    >>> safe_name("LYC.AX"), safe_name("^GSPC"), safe_name("../x")
    ('LYC.AX', '_5eGSPC', '_2e._2fx')
    """
    kept = _UNSAFE.sub(lambda found: f"_{ord(found[0]):x}", name)
    return "_2e" + kept[1:] if kept.startswith(".") else kept[:150]
