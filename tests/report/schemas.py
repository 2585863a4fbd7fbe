"""The JSON Schema of each kind of twin, made of the types of its page.

`python -m tests.report.schemas` renews `reports/schema`; a test holds the files to the types.
"""

from __future__ import annotations

from inspect import cleandoc
from pathlib import Path
from typing import Any

from pydantic import ConfigDict, TypeAdapter
from pydantic.json_schema import GenerateJsonSchema

from watchlist.project import packaged
from watchlist.report.daily import DailyPage
from watchlist.report.events import EventPage
from watchlist.report.files import to_json
from watchlist.report.index import IndexPage
from watchlist.report.signals import SignalsPage
from watchlist.report.symbols import SymbolPage

PAGES: dict[str, Any] = {
    "daily": DailyPage,
    "event": EventPage,
    "symbol": SymbolPage,
    "signals": SignalsPage,
    "index": IndexPage,
}
CONFIG = ConfigDict(extra="forbid", use_attribute_docstrings=True)
"""No field but those of the type, each with its docstring."""


class Untitled(GenerateJsonSchema):
    """Without titles, which only repeat the names of the fields."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False


def schema_of(kind: str) -> dict[str, Any]:
    """The schema of the twins of a kind."""
    # a list, as pydantic takes a configuration for whatever is not itself such a type
    adapter = TypeAdapter(list[PAGES[kind]], config=CONFIG)  # type: ignore[misc]
    found = adapter.json_schema(mode="serialization", schema_generator=Untitled)
    parts = found["$defs"]
    page = parts.pop(PAGES[kind].__name__)
    name = page["properties"]["schema"]["const"]
    head = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": name,
        "title": f"{kind.capitalize()} page of watchlist",
        "description": " ".join(cleandoc(page["description"]).split()),
    }
    rest = {key: page[key] for key in page if key not in head}
    return head | nullable(rest | {"$defs": {name: parts[name] for name in sorted(parts)}})


def nullable(schema: Any) -> Any:
    """`anyOf` of one plain type and null as that type or null, which is half as long."""
    if isinstance(schema, list):
        return [nullable(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    match schema.get("anyOf"):
        case [{"type": str(kind)} as known, {"type": "null"}]:
            either = {**known, "type": [kind, "null"]}
            if "enum" in either:
                either["enum"] = [*either["enum"], None]
            schema = {**either, **{k: v for k, v in schema.items() if k != "anyOf"}}
    return {key: nullable(part) for key, part in schema.items()}


def file_of(kind: str) -> Path:
    """Where the schema lies."""
    return packaged("reports") / "schema" / f"{kind}.schema.json"


if __name__ == "__main__":
    for each in PAGES:
        file_of(each).write_text(to_json(schema_of(each)), encoding="utf-8")
