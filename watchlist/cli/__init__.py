"""The command line: one module a command group; here errors and signals become exit codes."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from io import TextIOWrapper
from pathlib import Path
from typing import NoReturn

from watchlist.cli import console, interrupts, output
from watchlist.cli.exit_codes import ExitCode, exit_code
from watchlist.disk import trouble
from watchlist.errors import WatchlistError


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
    from watchlist.cli.commands import build_app

    # one thread in each product: the order of its sums, and so its last digits, do not depend on
    # the number of cores; our matrices are small and many, threads would cost more than they bring
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    try:
        with output.written_out():
            build_app()(list(arguments))
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
