"""`queries/README.md`: every question with its parameters, columns and real output.

Written by `watchlist query cookbook`, never by hand; a test compares it with what the command
writes. The output is that of a project's own store, and says so when its prices are simulated.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence
from pathlib import Path

from watchlist.project import Project
from watchlist.sql.catalogue import Query, load
from watchlist.sql.limits import Limits
from watchlist.sql.parameters import split
from watchlist.sql.present import Format
from watchlist.sql.reader import Question
from watchlist.sql.sandbox import Sandbox

INTRODUCTION = Path(__file__).parent / "cookbook.md"
ROWS = 6
ROOM = 110
ANALYST = re.compile(r"Question (\d+) of an analyst")


def write(project: Project, limits: Limits) -> str:
    """The whole cookbook as Markdown.

    Raises
    ------
    QueryError
        A query of the catalogue does not run.
    StoreError
        The project has no store.
    """
    queries = [query for query in load(project).values() if not query.own]
    with Sandbox(project, limits) as box:
        parts = [_recipe(query, *_output(box, query)) for query in queries]
    origin = (
        "SIMULATED prices, from the store that `watchlist demo` makes"
        if project.simulated
        else "the project's own store"
    )
    text = INTRODUCTION.read_text(encoding="utf-8")
    return text.replace("{origin}", origin).replace("{questions}", _questions(queries)).replace(
        "{contents}",
        "\n".join(f"- [{query.name}](#{query.name}): {query.title}" for query in queries),
    ) + "\n".join(parts)


def _questions(queries: Sequence[Query]) -> str:
    numbered = sorted(
        (int(found[1]), query) for query in queries if (found := ANALYST.search(query.why))
    )
    return "\n".join(f"{n}. {query.title} [{query.name}](#{query.name})" for n, query in numbered)


def _output(box: Sandbox, query: Query) -> tuple[str, str]:
    """The example's arguments, and the first rows that it gives."""
    words = shlex.split(query.example)
    pairs = [words[i + 1] for i, word in enumerate(words) if word == "--param"]
    parts: list[bytes] = []
    question = Question(query.text, query.values(split(pairs)), Format.TABLE, limit=ROWS, room=ROOM)
    shown = box.ask(question, parts.append)
    notes = []
    if not shown.rows:
        notes.append("no rows in this store")
    if shown.truncated:
        notes.append(f"the first {ROWS} rows")
    if shown.lost:
        notes.append("cut to fit: " + ", ".join(shown.lost))
    return b"".join(parts).decode().rstrip("\n"), "; ".join(notes)


def _recipe(query: Query, output: str, note: str) -> str:
    lines = [f"\n## {query.name}\n", f"**{query.title}** {query.why}\n"]
    if query.parameters:
        lines.append("| parameter | type | default | meaning |\n|---|---|---|---|")
        for parameter in query.parameters:
            choices = f" ({', '.join(parameter.choices)})" if parameter.choices else ""
            default = "must be given" if parameter.default is None else f"`{parameter.default}`"
            lines.append(
                f"| `{parameter.name}` | {parameter.type} | {default} "
                f"| {parameter.meaning}{choices} |"
            )
        lines.append("")
    lines.append("| column | type | unit | meaning |\n|---|---|---|---|")
    lines += [
        f"| `{column.name}` | {column.type} | {column.unit or ''} | {column.meaning} |"
        for column in query.columns
    ]
    command = f"watchlist query run {query.name} {query.example}".rstrip()
    lines.append(f"\n```console\n$ {command}\n{output}\n```")
    if note:
        lines.append(f"({note})")
    return "\n".join(lines)
