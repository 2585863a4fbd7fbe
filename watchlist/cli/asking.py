"""What `sql` and `query run` share: the way from a query to an answer. Loads no typer."""

from __future__ import annotations

import os
import shutil
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from watchlist.cli import console, output
from watchlist.cli.exit_codes import ExitCode
from watchlist.disk import replacing
from watchlist.errors import ConfigError, QueryError

if TYPE_CHECKING:
    import duckdb

    from watchlist.sql.limits import Limits
    from watchlist.sql.present import Format, Shown
    from watchlist.sql.statements import Statement

SLOW_SECONDS = 2.0
"""A query that runs longer shows how far it is."""


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


def ask(text: str, pairs: Sequence[str], wishes: Wishes) -> None:
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
    answer(_source(text), given, wishes)


def answer(sql: str, parameters: Mapping[str, object], wishes: Wishes) -> None:
    """Run a query in the sandbox and write its answer to stdout or to a file.

    Raises
    ------
    QueryError
        Refused, failed or out of time.
    StoreError, ConfigError
        There is no store, or an option is wrong.
    """
    from watchlist.sql import present, statements
    from watchlist.sql.limits import open_limits
    from watchlist.sql.sandbox import cap_address_space, open_sandbox
    from watchlist.sql.watch import watch

    project, limits = open_limits(wishes.project, simulated=wishes.simulated)
    style = present.choose(wishes.style, wishes.out)
    if style in present.BINARY and wishes.out is None and sys.stdout.isatty():
        raise ConfigError(f"{style} is not for a screen", "name a file with -o FILE")
    statement = statements.parse(sql)
    if wishes.timeout is not None:
        if not wishes.timeout >= 0:
            raise ConfigError(f"--timeout {wishes.timeout:g}: no time", "0 waits for ever")
        limits = replace(limits, timeout_seconds=wishes.timeout or None)
    limit = wishes.limit
    if limit is None and not wishes.all_rows and style in present.SHORT:
        limit = limits.rows
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
        with watch(
            con, limits.timeout_seconds, progress=bar.wanted, stuck=lambda: _give_up(limits)
        ) as state:
            shown = _write(con, statement, parameters, wishes, style, limit)
    except QueryError:
        if state.timed_out:
            raise _too_slow(limits) from None
        raise
    finally:
        bar.close()
        con.close()
    _tell(shown, wishes, style)


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


def _write(
    con: duckdb.DuckDBPyConnection,
    statement: Statement,
    parameters: Mapping[str, object],
    wishes: Wishes,
    style: Format,
    limit: int | None,
) -> Shown:
    from watchlist.sql import present

    if style in present.BINARY:
        if wishes.out is None:
            return _write_binary(con, statement, parameters, style, limit)
        with replacing(wishes.out) as part:
            return present.present_binary(
                con, statement, parameters, part, style=style, limit=limit
            )
    if wishes.out is not None:
        with replacing(wishes.out) as part, part.open("w", encoding="utf-8") as handle:
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


def _write_binary(
    con: duckdb.DuckDBPyConnection,
    statement: Statement,
    parameters: Mapping[str, object],
    style: Format,
    limit: int | None,
) -> Shown:
    """Through a file of our own into a pipe, since both formats are written back and forth."""
    from tempfile import TemporaryDirectory

    from watchlist.sql import present

    with TemporaryDirectory() as folder:
        part = Path(folder) / "result"
        shown = present.present_binary(con, statement, parameters, part, style=style, limit=limit)
        output.write_bytes(part.read_bytes())
    return shown


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
