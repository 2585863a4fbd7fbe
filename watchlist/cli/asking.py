"""What `sql` and `query run` share: their options, and the way from a query to an answer."""

from __future__ import annotations

import os
import shutil
import sys
import time
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from watchlist.cli import console, output
from watchlist.cli.exit_codes import ExitCode
from watchlist.cli.options import open_project
from watchlist.errors import QueryError

if TYPE_CHECKING:
    import duckdb

    from watchlist.sql.present import Format, Shown
    from watchlist.sql.sandbox import Limits
    from watchlist.sql.statements import Statement

SLOW_SECONDS = 2.0
"""A query that runs longer shows how far it is."""

Params = Annotated[
    list[str] | None,
    typer.Option("--param", "-p", metavar="NAME=VALUE", help="Value of $NAME; repeatable."),
]
FormatName = Annotated[
    str | None,
    typer.Option(
        "--format",
        metavar="F",
        help="table, csv, json, jsonl, markdown, parquet or xlsx [default: table, or by -o].",
    ),
]
OutFile = Annotated[
    Path | None, typer.Option("-o", "--out", metavar="FILE", help="Write to a file.")
]
LimitRows = Annotated[
    int | None,
    typer.Option(
        "--limit", metavar="N", min=0, help="At most N rows [default: 1000 in tables, else all]."
    ),
]
Timeout = Annotated[
    float | None,
    typer.Option("--timeout", metavar="S", help="Stop after S seconds [default: 60; 0 never]."),
]
AllowFiles = Annotated[
    bool, typer.Option("--allow-files", help="Let the query read your files, and say so.")
]
ExcelSafe = Annotated[
    bool, typer.Option("--excel-safe", help="CSV whose texts a spreadsheet cannot run.")
]
NoPager = Annotated[bool, typer.Option("--no-pager", help="Print long tables at once.")]
Simulated = Annotated[
    bool, typer.Option("--simulated", help="The simulated store, beside the real one.")
]


@dataclass(frozen=True)
class Wishes:
    """The options of one call."""

    project: Path | None = None
    simulated: bool = False
    style: str | None = None
    out: Path | None = None
    limit: int | None = None
    all_rows: bool = False
    timeout: float | None = None
    as_known: date | None = None
    allow_files: bool = False
    excel_safe: bool = False
    pager: bool = True


def answer(sql: str, parameters: Mapping[str, object], wishes: Wishes) -> None:
    """Run a query in the sandbox and write its answer to stdout or to a file.

    Raises
    ------
    QueryError
        Refused, failed or out of time.
    StoreError, ConfigError
        There is no store, or an option is wrong.
    """
    from watchlist.project import Project
    from watchlist.sql import present, statements
    from watchlist.sql.sandbox import Limits, cap_address_space, open_sandbox
    from watchlist.sql.watch import watch

    project, config = open_project(wishes.project)
    if wishes.simulated:
        project = Project(project.root, simulated=True)
    style = present.choose(wishes.style, wishes.out)
    statement = statements.parse(sql)
    timeout = config.sql.timeout_seconds if wishes.timeout is None else wishes.timeout or None
    limits = Limits(config.sql.memory_mb, config.sql.temp_mb, timeout)
    limit = wishes.limit
    if limit is None and not wishes.all_rows and style in present.SHORT:
        limit = config.sql.rows
    con = open_sandbox(
        project,
        project.work_dir / "spill",
        limits,
        known_on=wishes.as_known,
        allow_files=wishes.allow_files,
    )
    cap_address_space(limits)
    if wishes.allow_files:
        console.warn("--allow-files: this query can read every file that you can read")
    bar = _Bar()
    try:
        with watch(con, timeout, progress=bar.wanted, stuck=lambda: _give_up(limits)) as state:
            shown = _write(con, statement, parameters, wishes, style, limit)
    except QueryError:
        if state.timed_out:
            raise _too_slow(limits) from None
        raise
    finally:
        bar.close()
        con.close()
    _tell(shown, wishes, style)


def _write(
    con: duckdb.DuckDBPyConnection,
    statement: Statement,
    parameters: Mapping[str, object],
    wishes: Wishes,
    style: Format,
    limit: int | None,
) -> Shown:
    from watchlist.sql import files, present

    if style in present.BINARY:
        if wishes.out is None:
            raise QueryError(f"{style} is not for a screen", "name a file with -o FILE")
        with files.replacing(wishes.out) as part:
            return present.present_binary(
                con, statement, parameters, part, style=style, limit=limit
            )
    if wishes.out is not None:
        with files.replacing(wishes.out) as part, part.open("w", encoding="utf-8") as handle:
            return present.present_text(
                con,
                statement,
                parameters,
                handle.write,
                style=style,
                limit=limit,
                excel_safe=wishes.excel_safe,
            )
    terminal = sys.stdout.isatty()
    return present.present_text(
        con,
        statement,
        parameters,
        output.page if style in present.SHORT and wishes.pager else output.write,
        style=style,
        limit=limit,
        room=shutil.get_terminal_size().columns if terminal else None,
        excel_safe=wishes.excel_safe,
    )


def _tell(shown: Shown, wishes: Wishes, style: Format) -> None:
    rows = f"{shown.rows:,} row{'' if shown.rows == 1 else 's'}"
    if shown.lost:
        console.say("cut to fit the terminal: " + ", ".join(shown.lost) + "; --format csv has all")
    if shown.truncated:
        console.say(f"truncated: {rows} shown, there are more; --limit N or --all")
    elif wishes.out is not None:
        console.say(f"{rows} in {wishes.out} ({style})")
    elif sys.stderr.isatty():
        console.say(f"({rows})")


def _too_slow(limits: Limits) -> QueryError:
    return QueryError(
        f"stopped after {limits.timeout_seconds:g} s",
        "filter earlier (on symbol, on session), or give it more time with --timeout SECONDS",
    )


def _give_up(limits: Limits) -> None:
    """The interrupt was not heeded; nothing is open to write, so the process may just end."""
    console.fail(_too_slow(limits))
    sys.stderr.flush()
    os._exit(ExitCode.REFUSED)


class _Bar:
    """A progress bar that appears only when a query is slow and someone looks."""

    def __init__(self) -> None:
        self._start = time.monotonic()
        self._stack = ExitStack()
        self._step: console.Step | None = None
        self.wanted = self._show if sys.stderr.isatty() else None

    def _show(self, percent: float) -> None:
        if time.monotonic() - self._start < SLOW_SECONDS:
            return
        if self._step is None:
            self._step = self._stack.enter_context(console.progress("query"))
        self._step(int(percent), 100, "")

    def close(self) -> None:
        self._stack.close()
