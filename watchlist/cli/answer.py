"""The way from a query to its answer, on stdout or in a file."""

from __future__ import annotations

import shutil
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from watchlist.cli import console, output
from watchlist.disk import replacing
from watchlist.errors import ConfigError

if TYPE_CHECKING:
    from watchlist.project import Project
    from watchlist.sql.limits import Limits
    from watchlist.sql.present import Format, Shown
    from watchlist.sql.reader import Question
    from watchlist.sql.sandbox import Sandbox

SLOW_SECONDS = 2.0
"""A query that runs longer shows how far it is."""


@dataclass(frozen=True)
class QueryOptions:
    """How a query is run and its answer written."""

    style: str | None
    """Name of a format; None for a table, or what the ending of `out` says."""

    out: Path | None
    """A file; None for stdout."""

    limit: int | None
    """At most so many rows; None for the limit of the format."""

    all_rows: bool
    timeout: float | None
    """Seconds, 0 for ever; None as configured."""

    as_known: date | None
    allow_files: bool
    excel_safe: bool
    pager: bool


def ask(
    project: Project, limits: Limits, text: str, pairs: Sequence[str], options: QueryOptions
) -> None:
    """Answer a query given inline, as a file that ends in `.sql`, or as `-` for stdin.

    Parameters
    ----------
    pairs : sequence of str
        `name=value` for each `$name`; the type of a value is what it looks like.

    Raises
    ------
    WatchlistError
        As `answer`; or the file cannot be read, or a pair is not one.
    """
    from watchlist.sql import parameters

    given = {name: parameters.guess(value) for name, value in parameters.split(pairs).items()}
    answer(project, limits, _source(text), given, options)


def answer(
    project: Project,
    limits: Limits,
    sql: str,
    parameters: Mapping[str, object],
    options: QueryOptions,
) -> None:
    """Run a query in the sandbox and write its answer to stdout or to a file.

    Raises
    ------
    QueryError
        Refused, failed or out of time.
    StoreError, ConfigError
        There is no store, or an option is wrong.
    """
    from watchlist.sql import present
    from watchlist.sql.reader import Question
    from watchlist.sql.sandbox import Sandbox

    style = present.choose(options.style, options.out)
    if style in present.BINARY and options.out is None and sys.stdout.isatty():
        raise ConfigError(f"{style} is not for a screen", "name a file with -o FILE")
    if options.timeout is not None:
        if not options.timeout >= 0:
            raise ConfigError(f"--timeout {options.timeout:g}: no time", "0 waits for ever")
        limits = replace(limits, timeout_seconds=options.timeout or None)
    limit = options.limit
    if limit is None and not options.all_rows and style in present.SHORT:
        limit = limits.rows
    bar = _Bar()
    question = Question(
        sql,
        parameters,
        style,
        limit=limit,
        room=shutil.get_terminal_size().columns if _on_screen(options) else None,
        excel_safe=options.excel_safe,
        progress=bar.wanted is not None,
    )
    with (
        Sandbox(project, limits, known_on=options.as_known, allow_files=options.allow_files) as box,
        closing(bar),
    ):
        if options.allow_files:
            console.warn("--allow-files: this query can read every file that you can read")
            if not box.confined:
                console.warn("on this system only a look at the statement keeps it from writing")
        shown = _write(box, question, options, bar)
    _tell(shown, options, style)


def _source(text: str) -> str:
    if text != "-" and (not text.lower().endswith(".sql") or "\n" in text):
        return text
    try:
        given = sys.stdin.buffer.read() if text == "-" else Path(text).read_bytes()
        return given.decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "not UTF-8 text"
        raise ConfigError(
            f"{text}: cannot be read: {why}",
            "a query of the catalogue is run with: watchlist query run NAME",
        ) from None


def _on_screen(options: QueryOptions) -> bool:
    return options.out is None and sys.stdout.isatty()


def _write(box: Sandbox, question: Question, options: QueryOptions, bar: _Bar) -> Shown:
    from watchlist.sql import present

    if options.out is not None:
        with replacing(options.out) as part, part.open("wb") as handle:
            return box.ask(question, handle.write, progress=bar.wanted)
    if question.style in present.BINARY:
        return box.ask(question, output.write_bytes, progress=bar.wanted)
    paged = question.style in present.SHORT and options.pager
    write = output.page if paged else output.write
    return box.ask(question, lambda text: write(text.decode()), progress=bar.wanted)


def _tell(shown: Shown, options: QueryOptions, style: Format) -> None:
    rows = f"{shown.rows:,} row{'' if shown.rows == 1 else 's'}"
    if shown.lost:
        console.say("cut to fit the terminal: " + ", ".join(shown.lost) + "; --format csv has all")
    if shown.truncated:
        console.say(f"truncated: {rows} shown, there are more; --limit N or --all")
    elif options.out is not None:
        console.say(f"{rows} in {options.out} ({style})")
    elif sys.stderr.isatty():
        console.say(f"({rows})")


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
