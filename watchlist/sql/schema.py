"""The public surface of the store, told from the comments that the store itself carries.

It is read from a store made in memory by this version's own files, so it needs no store and
cannot differ from what this version publishes.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from watchlist.errors import ConfigError, nearest

if TYPE_CHECKING:
    import duckdb

FORMATS = ("table", "json", "markdown", "mermaid", "svg")


@dataclass(frozen=True)
class ViewColumn:
    """One column, with its meaning and unit in words."""

    name: str
    type: str
    comment: str


@dataclass(frozen=True)
class View:
    """One public view."""

    name: str
    comment: str
    columns: tuple[ViewColumn, ...]


@dataclass(frozen=True)
class Macro:
    """One public function or table function."""

    name: str
    comment: str
    parameters: tuple[str, ...]
    table: bool
    """Used as `FROM name(…)`."""


def empty_store() -> duckdb.DuckDBPyConnection:
    """A store in memory with this version's tables, views and macros, and no rows."""
    import duckdb

    from watchlist.store.schema import apply_views, migrations

    con = duckdb.connect()
    for _, path in migrations():
        con.execute(path.read_text(encoding="utf-8"))
    apply_views(con)
    return con


def describe_views(name: str | None = None) -> list[View]:
    """All public views in alphabetical order, or the one of that name.

    Raises
    ------
    ConfigError
        No such view, with the nearest.
    """
    con = empty_store()
    columns: dict[str, list[ViewColumn]] = {}
    for view, column, kind, comment in con.execute(
        "SELECT table_name, column_name, data_type, coalesce(comment, '') FROM duckdb_columns() "
        "WHERE schema_name = 'main' AND NOT internal ORDER BY table_name, column_index"
    ).fetchall():
        columns.setdefault(view, []).append(ViewColumn(column, kind, comment))
    views = [
        View(view, comment, tuple(columns[view]))
        for view, comment in con.execute(
            "SELECT view_name, coalesce(comment, '') FROM duckdb_views() "
            "WHERE schema_name = 'main' AND NOT internal ORDER BY view_name"
        ).fetchall()
    ]
    con.close()
    if name is None:
        return views
    if name not in columns:
        raise ConfigError(f"there is no view or function {name!r}", nearest(name, list(columns)))
    return [view for view in views if view.name == name]


def describe_macros() -> list[Macro]:
    """All public macros in alphabetical order."""
    con = empty_store()
    rows = con.execute(
        "SELECT function_name, coalesce(comment, ''), parameters, function_type = 'table_macro' "
        "FROM duckdb_functions() WHERE schema_name = 'main' AND NOT internal ORDER BY 1"
    ).fetchall()
    con.close()
    return [Macro(name, comment, tuple(names), table) for name, comment, names, table in rows]


def render(views: Sequence[View], style: str, *, one: bool = False) -> str:
    """The views as text.

    Parameters
    ----------
    style : str
        table, json, markdown, mermaid or svg; the last two draw how the views join.
    one : bool
        Show the columns in a table, not only what each view is.

    Raises
    ------
    ConfigError
        No such format.
    """
    from watchlist.sql import diagram

    if style == "json":
        return json.dumps([as_json(view) for view in views], indent=2, ensure_ascii=False)
    if style == "markdown":
        return "\n".join(_markdown(view) for view in views)
    if style == "mermaid":
        return diagram.mermaid(views)
    if style == "svg":
        return diagram.svg(views)
    if style != "table":
        raise ConfigError(f"--format {style}: no such format", nearest(style, list(FORMATS)))
    if one:
        return "\n\n".join(_columns(view) for view in views)
    return _overview(views)


def as_json(view: View) -> dict[str, object]:
    """One view for a program."""
    return {
        "name": view.name,
        "comment": view.comment,
        "columns": [
            {"name": column.name, "type": column.type, "comment": column.comment}
            for column in view.columns
        ],
    }


def _overview(views: Sequence[View]) -> str:
    macros = describe_macros()
    calls = {macro.name: f"{macro.name}({', '.join(macro.parameters)})" for macro in macros}
    room = max([len(view.name) for view in views] + [len(calls[m.name]) for m in macros if m.table])
    lines = [f"{view.name:<{room}}  {view.comment}" for view in views]
    if any(macro.table for macro in macros):
        lines += ["", "Table functions: FROM name(…)"]
        lines += [
            f"{calls[macro.name]:<{room}}  {macro.comment}" for macro in macros if macro.table
        ]
    return "\n".join([*lines, "", "watchlist schema NAME shows the columns of one of them."])


def _columns(view: View) -> str:
    names = max(len(column.name) for column in view.columns)
    kinds = max(len(column.type) for column in view.columns)
    lines = [f"{c.name:<{names}}  {c.type:<{kinds}}  {c.comment}" for c in view.columns]
    return "\n".join([f"{view.name}: {view.comment}", "", *lines])


def _markdown(view: View) -> str:
    lines = [
        f"### {view.name}",
        "",
        view.comment,
        "",
        "| column | type | meaning |",
        "|---|---|---|",
    ]
    lines += [
        f"| {c.name} | {c.type} | {c.comment.replace('|', chr(92) + '|')} |" for c in view.columns
    ]
    return "\n".join(lines) + "\n"
