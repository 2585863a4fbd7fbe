"""From a query to bytes in the format that was asked for: what `sql` and `query run` share."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from watchlist.errors import ConfigError, nearest
from watchlist.sql.run import Result, Row, run, run_arrow
from watchlist.sql.statements import Statement

if TYPE_CHECKING:
    import duckdb


class Format(StrEnum):
    """How a result is written."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"
    JSONL = "jsonl"
    MARKDOWN = "markdown"
    PARQUET = "parquet"
    XLSX = "xlsx"


SUFFIXES = {
    ".csv": Format.CSV,
    ".json": Format.JSON,
    ".jsonl": Format.JSONL,
    ".ndjson": Format.JSONL,
    ".md": Format.MARKDOWN,
    ".parquet": Format.PARQUET,
    ".xlsx": Format.XLSX,
    ".txt": Format.TABLE,
}
SHORT = frozenset({Format.TABLE, Format.MARKDOWN})
"""Formats for people: they get a limit without asking for one."""

BINARY = frozenset({Format.PARQUET, Format.XLSX})


@dataclass
class Shown:
    """What was written, for the talk on stderr."""

    rows: int = 0
    truncated: bool = False
    lost: list[str] = field(default_factory=list)
    """Columns that a table cut or left out to fit the terminal."""


def choose(name: str | None, target: Path | None) -> Format:
    """The format asked for, else the one that the file's name says, else a table.

    Raises
    ------
    ConfigError
        No such format, or a file name that says none.
    """
    if name is not None:
        try:
            return Format(name.lower())
        except ValueError:
            raise ConfigError(
                f"--format {name}: no such format", nearest(name, [f.value for f in Format])
            ) from None
    if target is None:
        return Format.TABLE
    try:
        return SUFFIXES[target.suffix.lower()]
    except KeyError:
        raise ConfigError(
            f"-o {target}: the name does not say a format",
            "add --format, or end it in " + ", ".join(SUFFIXES),
        ) from None


def write(
    con: duckdb.DuckDBPyConnection,
    statement: Statement,
    parameters: Mapping[str, object],
    sink: Callable[[bytes], object],
    *,
    style: Format | None,
    limit: int | None,
    room: int | None = None,
    excel_safe: bool = False,
) -> Shown:
    """Run a query and hand its rows on, batch by batch, in a format.

    Parameters
    ----------
    style : Format or None
        None gives values for a program, see `formats.wire`.
    room : int, optional
        Columns of the terminal, for a table; None cuts nothing.

    Raises
    ------
    QueryError
        The query is refused, fails or is interrupted.
    ConfigError
        The spreadsheet extra is missing, or the sheet is full.
    """
    from watchlist.sql import files, formats, table

    if style is Format.PARQUET:
        reader = run_arrow(con, statement, parameters, limit=limit)
        return Shown(*files.write_parquet(reader, sink, con, limit))
    result = run(con, statement, parameters, limit=limit)
    shown = Shown()
    batches = _counted(result, shown)
    columns = result.columns
    if style is Format.XLSX:
        sink(files.xlsx(columns, batches))
        return shown
    if style is Format.TABLE:
        text, shown.lost = table.draw(columns, [row for batch in batches for row in batch], room)
        sink(text.encode())
        return shown
    if style is Format.CSV:
        parts = formats.csv_lines(columns, batches, excel_safe=excel_safe)
    elif style is Format.JSON:
        parts = formats.json_array(columns, batches)
    elif style is Format.JSONL:
        parts = formats.json_lines(columns, batches)
    elif style is Format.MARKDOWN:
        parts = formats.markdown(columns, batches)
    else:
        parts = formats.wire(columns, batches)
    for part in parts:
        sink(part.encode())
    return shown


def _counted(result: Result, shown: Shown) -> Iterator[list[Row]]:
    for batch in result.batches():
        shown.rows += len(batch)
        shown.truncated = result.truncated
        yield batch
    shown.truncated = result.truncated
