"""Systematic ways to break a JSON answer: the corpus of the malformed-answer tests."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any

Path = tuple[str | int, ...]

STRANGE: dict[str, Any] = {
    "null": None,
    "true": True,
    "words": "abc",
    "number-as-text": "12.5",
    "empty-list": [],
    "empty-object": {},
    "negative": -5,
    "huge": 10**30,
    "absurd": 1e300,
    "infinity": float("inf"),
    "nan": float("nan"),
}
"""What may stand where something else belongs. JSON writers do emit Infinity and NaN."""


def paths(tree: Any, at: Path = ()) -> Iterator[Path]:
    """Every place of a JSON tree, parents before children; of lists the ends and one between."""
    if at:
        yield at
    if isinstance(tree, dict):
        for key in tree:
            yield from paths(tree[key], (*at, key))
    elif isinstance(tree, list):
        for index in sorted({0, len(tree) // 2, len(tree) - 1} & set(range(len(tree)))):
            yield from paths(tree[index], (*at, index))


def replaced(tree: Any, at: Path, value: Any) -> Any:
    """The tree with `value` at a place."""
    fresh = copy.deepcopy(tree)
    parent = fresh
    for key in at[:-1]:
        parent = parent[key]
    parent[at[-1]] = value
    return fresh


def removed(tree: Any, at: Path) -> Any:
    """The tree without a place: a key that is missing, a list that is one short."""
    fresh = copy.deepcopy(tree)
    parent = fresh
    for key in at[:-1]:
        parent = parent[key]
    del parent[at[-1]]
    return fresh


def broken_answers(tree: Any) -> Iterator[tuple[str, bytes]]:
    """(name, body): every place replaced by every strange value, or missing; and broken text."""
    for at in paths(tree):
        where = ".".join(map(str, at))
        for name, value in STRANGE.items():
            yield f"{where}={name}", json.dumps(replaced(tree, at, value)).encode()
        yield f"{where}-missing", json.dumps(removed(tree, at)).encode()
    body = json.dumps(tree).encode()
    for tenth in range(10):
        yield f"cut-at-{tenth}0-percent", body[: len(body) * tenth // 10]
    yield "no-braces", body.strip(b"{}[]")
    yield "twice", body + body
    yield "bom", b"\xef\xbb\xbf" + body
    yield "utf-16", json.dumps(tree).encode("utf-16")
    yield "latin-1", b'{"chart": "caf\xe9"}'
    yield "nul-bytes", body.replace(b",", b"\x00,", 3)
    yield "html", b"<!doctype html><html><body>Sign in to continue</body></html>"
    yield "xml", b'<?xml version="1.0"?><error/>'
    yield "csv", b"date,open,high,low,close\n2025-10-31,1,2,3,4\n"
    yield "number", b"42"
    yield "text", b'"ok"'
    yield "null", b"null"
    yield "list", b"[]"
    yield "object", b"{}"
    yield "deep", b"[" * 100_000
    yield "deep-objects", b'{"a":' * 50_000
    yield "long-number", b'{"chart": ' + b"9" * 5_000 + b"}"
