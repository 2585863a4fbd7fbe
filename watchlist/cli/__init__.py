"""The command line: one module a command group; here they meet and errors become exit codes."""

from __future__ import annotations

import os
import sys
from collections.abc import Collection, Sequence
from contextlib import suppress
from importlib import import_module
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from watchlist.cli import console, front, interrupts, output
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
    "5 another run holds the store, 6 a query was refused or timed out, "
    "129 stopped by SIGHUP, 130 by Ctrl-C, 143 by SIGTERM."
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


def main() -> NoReturn:
    """Run the command line and end the process with a documented exit code.

    The process ends here, not where Python would put itself away: that takes as long as a query,
    threads could hold it, and a signal that fell into it would end with another code.
    """
    stop = interrupts.Stop()
    _prepare_streams()
    stop.watch()
    code: int = ExitCode.BUG
    try:
        code = stop.run(lambda: run(sys.argv[1:]))
    except BaseException as error:
        # pyspark hears Ctrl-C by itself
        if stop.number is not None or isinstance(error, KeyboardInterrupt):
            stop.leave()
        sys.excepthook(type(error), error, error.__traceback__)
    if stop.number is not None:
        stop.leave()
    with suppress(OSError):
        sys.stderr.flush()
    os._exit(code)


def run(arguments: Sequence[str]) -> int:
    """Run a command; gives its exit code. A bug is raised."""
    # one thread in each product: the order of its sums, and so its last digits, do not depend on
    # the number of cores; our matrices are small and many, threads would cost more than they bring
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    try:
        with output.written_out():
            if not _asked_at_once(arguments):
                # a shell that asks for completions says so in the environment, without arguments
                completing = "_WATCHLIST_COMPLETE" in os.environ
                build_app(None if completing else front.wanted(arguments))(list(arguments))
    except SystemExit as end:
        return int(end.code or ExitCode.DONE)
    except Exception as error:
        told = error if isinstance(error, WatchlistError) else trouble(error)
        if told is None:
            raise
        console.fail(told)
        return exit_code(told)
    return ExitCode.DONE


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


def _asked_at_once(arguments: Sequence[str]) -> bool:
    """Answer a plain `watchlist sql …` without loading typer; False if it is anything else."""
    if not arguments or arguments[0] != "sql":
        return False
    from watchlist.cli import asking, quick

    call = quick.read(arguments[1:])
    if call is None:
        return False
    asking.ask(*call)
    return True
