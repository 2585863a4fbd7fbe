"""The only writer of stdout: data and nothing else."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from watchlist.cli.exit_codes import ExitCode

if TYPE_CHECKING:
    import polars as pl


@contextmanager
def written_out() -> Iterator[None]:
    """What is written within is out at the end, or the failure is raised and not lost at exit."""
    try:
        yield
    except SystemExit as end:
        # rich prints our help and errors, and ends with 1 where nobody reads them
        if isinstance(unread := end.__context__, BrokenPipeError):
            sys.exit(getattr(unread.__context__, "exit_code", ExitCode.DONE))
        raise
    finally:
        with _to_stdout():
            sys.stdout.flush()


def write(text: str) -> None:
    """Data as text, with a final newline."""
    with _to_stdout():
        sys.stdout.write(text if text.endswith("\n") else text + "\n")


def write_bytes(data: bytes) -> None:
    """Data as bytes, for Parquet and spreadsheets."""
    with _to_stdout():
        sys.stdout.buffer.write(data)


def write_frame(frame: pl.DataFrame, style: str) -> None:
    """A frame in one of `FRAME_FORMATS`; a table is cut to the width of a terminal only."""
    import polars as pl

    from watchlist.sql import present, table
    from watchlist.sql.query import Column

    columns = [
        Column(name, "DOUBLE" if kind.is_numeric() else "VARCHAR")
        for name, kind in frame.schema.items()
    ]
    if style not in ("json", "jsonl"):
        texts = pl.element().cast(pl.String)
        frame = frame.with_columns(pl.col(pl.List).list.eval(texts).list.join("; "))
    rows = frame.rows()
    if style == "table":
        room = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
        write(table.draw(columns, rows, room)[0])
        return
    lines = {
        "csv": present.csv_lines,
        "json": present.json_array,
        "jsonl": present.json_lines,
        "markdown": present.markdown,
    }[style]
    write("".join(lines(columns, [rows])))


def page(text: str) -> None:
    """Data as text; on a terminal that is too small for it, through the pager ($PAGER, less)."""
    height = shutil.get_terminal_size().lines
    small = not sys.stdout.isatty() or text.count("\n") < height
    command = [] if small else _pager()
    if not command:
        write(text)
        return
    sys.stdout.flush()
    with subprocess.Popen(command, stdin=subprocess.PIPE, text=True) as pager:
        try:
            pager.communicate(text)
        except BaseException:
            # a pager that is killed leaves the terminal without echo
            pager.terminate()
            raise


def _pager() -> list[str]:
    """The pager's command line; nothing where it cannot be run."""
    try:
        command = shlex.split(os.environ.get("PAGER", "less -FRSX"))
    except ValueError:  # a quotation mark without its other
        return []
    return command if command and shutil.which(command[0]) else []


@contextmanager
def _to_stdout() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        # Python would try again at exit
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if isinstance(error, BrokenPipeError):
            # whoever read our output (head, a pager) has what they wanted
            sys.exit(ExitCode.DONE)
        error.filename = "standard output"
        raise
