"""The command line: one module a command group; here they meet and errors become exit codes."""

from __future__ import annotations

import os
import sys
from collections.abc import Collection
from importlib import import_module
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING

from watchlist.cli import console, front, output
from watchlist.cli.exit_codes import ExitCode
from watchlist.disk import trouble
from watchlist.errors import (
    NothingNewError,
    QueryError,
    SourceError,
    StoreBusyError,
    WatchlistError,
)

if TYPE_CHECKING:
    import typer

GROUPS = (
    "project",
    "daily",
    "pull",
    "study",
    "signals",
    "report",
    "events",
    "coverage",
    "sql",
    "doctor",
)
"""Modules of this package; each has `register(app)`."""

EPILOG = (
    "Exit codes: 0 done, 1 bug, 2 wrong usage or configuration, or a file that cannot be "
    "written, 3 partial (some symbols failed, report written), 4 nothing new could be had, "
    "5 another run holds the store, 6 a query was refused or timed out."
)


def build_app(only: Collection[str] | None = None) -> typer.Typer:
    """The command line; building it loads nothing heavier than typer.

    Parameters
    ----------
    only : modules whose commands are wanted; of the others there are but name and help
    """
    import typer

    app = typer.Typer(
        name="watchlist",
        help="How policy moves mining stocks: bars, dated events, event studies, a daily report.",
        epilog=EPILOG,
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    if only is not None:
        for name, (module, help_) in front.COMMANDS.items():
            if module not in only:
                app.command(name, help=help_)(_told_of)
    for module in GROUPS:
        if only is None or module in only:
            import_module(f"watchlist.cli.{module}").register(app)
    return app


def _told_of() -> None:
    """A command of the front page; nobody calls it."""


def exit_code(error: WatchlistError) -> ExitCode:
    """Which exit code an error ends the process with."""
    if isinstance(error, StoreBusyError):
        return ExitCode.BUSY
    if isinstance(error, QueryError):
        return ExitCode.REFUSED
    if isinstance(error, NothingNewError | SourceError):
        return ExitCode.STALE
    return ExitCode.USAGE


def main() -> None:
    """Run the command line and end the process with a documented exit code."""
    # one thread in each product: the order of its sums, and so its last digits, do not depend on
    # the number of cores; our matrices are small and many, threads would cost more than they bring
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    _prepare_streams()
    try:
        with output.written_out():
            if not _asked_at_once(sys.argv[1:]):
                # a shell that asks for completions says so in the environment, without arguments
                completing = "_WATCHLIST_COMPLETE" in os.environ
                build_app(None if completing else front.wanted(sys.argv[1:]))()
    except (Exception, KeyboardInterrupt) as error:
        if _is_interrupt(error):
            console.say("stopped; the published store and reports are as they were")
            sys.exit(130)
        told = error if isinstance(error, WatchlistError) else trouble(error)
        if told is None:
            raise
        console.fail(told)
        sys.exit(exit_code(told))


def _prepare_streams() -> None:
    """Standard streams that take whatever is written.

    A stream that the caller closed is None, and the next file opened would take its number. What
    the caller's encoding lacks is written as an escape, but the bytes of a file's name as they are.
    """
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, Path(os.devnull).open(mode, encoding="utf-8"))  # noqa: SIM115
    if isinstance(sys.stdout, TextIOWrapper):
        utf8 = sys.stdout.encoding.lower() == "utf-8"
        sys.stdout.reconfigure(errors="surrogateescape" if utf8 else "backslashreplace")


def _is_interrupt(error: BaseException | None) -> bool:
    """Ctrl-C, also where it fell into the import of a C module, which then says ImportError."""
    while isinstance(error, ImportError):
        error = error.__cause__ or error.__context__
    return isinstance(error, KeyboardInterrupt)


def _asked_at_once(arguments: list[str]) -> bool:
    """Answer a plain `watchlist sql …` without loading typer; False if it is anything else."""
    if arguments[:1] != ["sql"]:
        return False
    from watchlist.cli import asking, quick

    call = quick.read(arguments[1:])
    if call is None:
        return False
    asking.ask(*call)
    return True
