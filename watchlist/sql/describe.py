"""The catalogue as a list for people and for programs."""

from __future__ import annotations

import json
from collections.abc import Sequence

from watchlist.errors import ConfigError, nearest
from watchlist.sql.catalogue import Query


def listing(queries: Sequence[Query], style: str) -> str:
    """All queries, one a line, or as JSON with parameters and columns.

    Raises
    ------
    ConfigError
        No such format.
    """
    if style == "json":
        return json.dumps([as_json(query) for query in queries], indent=2, ensure_ascii=False)
    if style != "table":
        raise ConfigError(f"--format {style}: no such format", nearest(style, ["table", "json"]))
    room = max(len(query.name) for query in queries)
    return "\n".join(
        f"{query.name:<{room}}  {query.title}{' (your own)' if query.own else ''}"
        for query in queries
    )


def as_json(query: Query) -> dict[str, object]:
    """What a program needs to offer the query."""
    return {
        "name": query.name,
        "title": query.title,
        "why": query.why,
        "own": query.own,
        "parameters": [
            {
                "name": parameter.name,
                "type": parameter.type,
                "default": parameter.default,
                "choices": list(parameter.choices),
                "meaning": parameter.meaning,
            }
            for parameter in query.parameters
        ],
        "columns": [
            {
                "name": column.name,
                "type": column.type,
                "unit": column.unit,
                "meaning": column.meaning,
            }
            for column in query.columns
        ],
        "example": f"watchlist query run {query.name} {query.example}".rstrip(),
    }
