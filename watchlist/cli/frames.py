"""A frame on stdout, in the same formats as a query's result."""

from __future__ import annotations

import shutil
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from watchlist.cli import output
from watchlist.errors import ConfigError, nearest

if TYPE_CHECKING:
    import polars as pl

STYLES = ("table", "csv", "json", "jsonl", "markdown")


def known(style: str) -> str:
    """The format, as soon as it is read: what comes before the output may take minutes.

    Raises
    ------
    ConfigError
        No such format.
    """
    if style not in STYLES:
        raise ConfigError(f"--format {style}: no such format", nearest(style, list(STYLES)))
    return style


FrameFormat = Annotated[
    str,
    typer.Option(
        "--format", metavar="F", callback=known, help="table, csv, json, jsonl or markdown."
    ),
]


def show(frame: pl.DataFrame, style: str) -> None:
    """Write a frame in a known format; a table on a terminal is cut to its width, nowhere else."""
    from watchlist.sql import formats, table
    from watchlist.sql.run import Column

    columns = [
        Column(name, "DOUBLE" if kind.is_numeric() else "VARCHAR")
        for name, kind in frame.schema.items()
    ]
    if style not in ("json", "jsonl"):
        frame = frame.with_columns(_joined(frame))
    rows = frame.rows()
    if style == "table":
        room = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
        output.write(table.draw(columns, rows, room)[0])
    elif style == "csv":
        output.write("".join(formats.csv_lines(columns, [rows])))
    elif style == "json":
        output.write("".join(formats.json_array(columns, [rows])))
    elif style == "jsonl":
        output.write("".join(formats.json_lines(columns, [rows])))
    else:
        output.write("".join(formats.markdown(columns, [rows])))


def _joined(frame: pl.DataFrame) -> list[pl.Expr]:
    """Lists as people read them."""
    import polars as pl

    return [
        pl.col(name).list.eval(pl.element().cast(pl.String)).list.join("; ")
        for name, kind in frame.schema.items()
        if isinstance(kind, pl.List)
    ]
