"""The public views told: as a table, JSON or Markdown, and as a picture of how they join.

The picture is Mermaid text, or an SVG that needs nothing else.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from html import escape

from watchlist.errors import ConfigError, nearest
from watchlist.sql.schema import View, describe_macros

FORMATS = ("table", "json", "markdown", "mermaid", "svg")


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
    if style == "json":
        return json.dumps([as_json(view) for view in views], indent=2, ensure_ascii=False)
    if style == "markdown":
        return "\n".join(_markdown(view) for view in views)
    if style == "mermaid":
        return mermaid(views)
    if style == "svg":
        return svg(views)
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


KEYS = {
    "event_id": "events",
    "other_event_id": "events",
    "symbol": "securities",
    "factor": "securities",
    "study_id": "studies",
    "document_id": "documents",
    "run_id": "runs",
    "pull_id": "pulls",
    "calendar": "sessions",
}
"""A column of this name refers to a row of that view."""

GROUPS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("What happened", ("events", "event_sources", "event_targets", "event_days", "event_windows")),
    (
        "Who, and their prices",
        ("securities", "security_aliases", "holdings", "sessions", "bars", "returns"),
    ),
    (
        "What it did",
        (
            "session_abnormal",
            "studies",
            "event_effects",
            "abnormal_returns",
            "car_paths",
            "kept_moves",
            "study_fits",
        ),
    ),
    (
        "How far to believe it",
        (
            "study_tests",
            "study_drops",
            "study_factors",
            "study_overlaps",
            "placebo_bands",
            "calibrations",
            "planted_effects",
        ),
    ),
    ("What to look at", ("signals", "signal_definitions", "signal_verdicts", "alerts", "rankings")),
    ("What was read", ("documents", "mentions", "contradictions", "candidates")),
    (
        "How we know",
        ("runs", "pulls", "restatements", "findings", "freshness", "meta"),
    ),
)

BOX_WIDTH, LINE_HEIGHT, GAP, MARGIN = 210, 16, 18, 20
COLUMN_GAP = 56


def references(views: Sequence[View]) -> list[tuple[str, str, str]]:
    """Pairs of views that join: (the one that refers, the one referred to, the column)."""
    names = {view.name for view in views}
    return [
        (view.name, KEYS[column.name], column.name)
        for view in views
        for column in view.columns
        if KEYS.get(column.name, view.name) != view.name and KEYS[column.name] in names
    ]


def mermaid(views: Sequence[View]) -> str:
    """An `erDiagram`, as GitHub and many notebooks draw it."""
    lines = ["erDiagram"]
    for view in views:
        lines.append(f"    {view.name} {{")
        for column in view.columns:
            kind = column.type.replace("[]", "_list").replace(" ", "_")
            note = column.comment.replace('"', "'")
            lines.append(f'        {kind} {column.name} "{note}"')
        lines.append("    }")
    for child, parent, key in references(views):
        lines.append(f'    {parent} ||--o{{ {child} : "{key}"')
    return "\n".join(lines) + "\n"


def svg(views: Sequence[View]) -> str:
    """Boxes in columns by topic; a key's colour says which view it points to."""
    by_name = {view.name: view for view in views}
    grouped = [
        (title, [by_name[name] for name in members if name in by_name]) for title, members in GROUPS
    ]
    placed = {view.name for _, members in grouped for view in members}
    others = [view for view in views if view.name not in placed]
    columns = [(title, members) for title, members in [*grouped, ("More", others)] if members]
    parts: list[str] = []
    height = 0
    for i, (title, members) in enumerate(columns):
        x, y = MARGIN + i * (BOX_WIDTH + COLUMN_GAP), MARGIN + 28
        parts.append(f'<text class="group" x="{x}" y="{MARGIN + 10}">{escape(title)}</text>')
        for view in members:
            parts += _box(view, x, y)
            y += (len(view.columns) + 1) * LINE_HEIGHT + 12 + GAP
        height = max(height, y)
    width = 2 * MARGIN + len(columns) * (BOX_WIDTH + COLUMN_GAP) - COLUMN_GAP
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
        f'width="{width}" height="{height}" style="background:#fff" '
        'role="img" aria-label="The views and their keys">'
    )
    return "\n".join([head, f"<style>{STYLE}</style>", *parts, "</svg>"]) + "\n"


STYLE = (
    "text{font:12px system-ui,sans-serif;fill:#1b1f24}.group{font-weight:700;font-size:15px}"
    ".name{font-weight:700;fill:#fff}.box{fill:#fff;stroke:#59636e}.head{fill:#2f4858}"
    ".type{fill:#59636e;font-size:10px}.key{font-weight:600;fill:#0a5cad}"
)


def _box(view: View, x: int, y: int) -> list[str]:
    tall = (len(view.columns) + 1) * LINE_HEIGHT + 12
    parts = [
        f"<g><title>{escape(view.comment)}</title>",
        f'<rect class="box" x="{x}" y="{y}" width="{BOX_WIDTH}" height="{tall}" rx="4"/>',
        f'<rect class="head" x="{x}" y="{y}" width="{BOX_WIDTH}" height="20" rx="4"/>',
        f'<text class="name" x="{x + 8}" y="{y + 14}">{escape(view.name)}</text>',
    ]
    for row, column in enumerate(view.columns, start=1):
        line = y + 4 + row * LINE_HEIGHT + 14
        points_to = KEYS.get(column.name, view.name)
        name = f"{column.name} → {points_to}" if points_to != view.name else column.name
        style = ' class="key"' if points_to != view.name else ""
        parts.append(f'<text{style} x="{x + 8}" y="{line}">{escape(name)}</text>')
        if points_to == view.name:
            parts.append(
                f'<text class="type" x="{x + BOX_WIDTH - 8}" y="{line}" text-anchor="end">'
                f"{escape(_short(column.type))}</text>"
            )
    return [*parts, "</g>"]


def _short(kind: str) -> str:
    """A type as people write it in SQL, short enough for its box."""
    return kind.replace("TIMESTAMP WITH TIME ZONE", "timestamptz").lower()
