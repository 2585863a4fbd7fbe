"""From a query to bytes in the format that was asked for: what `sql` and `query run` share.

The bytes are a contract, kept by tests. NULL is an empty field in CSV (an empty text is `""`), null
in JSON, NULL in tables.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from io import BytesIO, RawIOBase
from pathlib import Path
from typing import TYPE_CHECKING, Any

from watchlist.errors import ConfigError, QueryError, nearest
from watchlist.sql.query import Column, Result, Row, complain, run, run_arrow
from watchlist.sql.statements import Statement
from watchlist.sql.table import is_numeric, to_json, to_show, to_text

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa
    from typing_extensions import Buffer


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
        None gives values for a program, see `wire`.
    room : int, optional
        Columns of the terminal, for a table; None cuts nothing.

    Raises
    ------
    QueryError
        The query is refused, fails or is interrupted.
    ConfigError
        The spreadsheet extra is missing, or the sheet is full.
    """
    from watchlist.sql.table import draw

    if style is Format.PARQUET:
        reader = run_arrow(con, statement, parameters, limit=limit)
        return Shown(*write_parquet(reader, sink, con, limit))
    result = run(con, statement, parameters, limit=limit)
    shown = Shown()
    batches = _counted(result, shown)
    columns = result.columns
    if style is Format.XLSX:
        sink(xlsx(columns, batches))
        return shown
    if style is Format.TABLE:
        text, shown.lost = draw(columns, [row for batch in batches for row in batch], room)
        sink(text.encode())
        return shown
    if style is Format.CSV:
        parts = csv_lines(columns, batches, excel_safe=excel_safe)
    elif style is Format.JSON:
        parts = json_array(columns, batches)
    elif style is Format.JSONL:
        parts = json_lines(columns, batches)
    elif style is Format.MARKDOWN:
        parts = markdown(columns, batches)
    else:
        parts = wire(columns, batches)
    for part in parts:
        sink(part.encode())
    return shown


def _counted(result: Result, shown: Shown) -> Iterator[list[Row]]:
    for batch in result.batches():
        shown.rows += len(batch)
        shown.truncated = result.truncated
        yield batch
    shown.truncated = result.truncated


FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet takes for the start of a formula."""


def csv_lines(
    columns: Sequence[Column], batches: Iterable[list[Row]], *, excel_safe: bool = False
) -> Iterator[str]:
    """RFC 4180 with a header; lines end with a plain newline.

    Parameters
    ----------
    excel_safe : bool
        Put an apostrophe before a text that a spreadsheet would run as a formula. Off by default,
        since it changes the data; numbers are never touched.
    """
    yield ",".join(_csv_field(column.name, excel_safe=excel_safe) for column in columns) + "\n"
    for batch in batches:
        yield "".join(
            ",".join(_csv_field(value, excel_safe=excel_safe) for value in row) + "\n"
            for row in batch
        )


def json_lines(columns: Sequence[Column], batches: Iterable[list[Row]]) -> Iterator[str]:
    """One object a line."""
    names = [column.name for column in columns]
    for batch in batches:
        yield "".join(_object(names, row) + "\n" for row in batch)


def json_array(columns: Sequence[Column], batches: Iterable[list[Row]]) -> Iterator[str]:
    """An array with one object a line, so that two results compare well in a diff."""
    names = [column.name for column in columns]
    held: str | None = None
    for batch in batches:
        for row in batch:
            yield "[\n" if held is None else f"  {held},\n"
            held = _object(names, row)
    yield "[]\n" if held is None else f"  {held}\n]\n"


def wire(columns: Sequence[Column], batches: Iterable[list[Row]]) -> Iterator[str]:
    """Values for another process: a line with the names, then one with each list of rows.

    Dates and times are marked; NaN and infinities have the names that Python's `json` gives them.
    """
    yield json.dumps([column.name for column in columns]) + "\n"
    for batch in batches:
        yield json.dumps([[_to_wire(value) for value in row] for row in batch]) + "\n"


def rows_from_wire(lines: Iterable[bytes]) -> list[dict[str, Any]]:
    """The rows of `wire` by column."""
    names, *batches = [json.loads(line, object_hook=_from_wire) for line in lines]
    return [dict(zip(names, row, strict=True)) for batch in batches for row in batch]


def _to_wire(value: object) -> Any:
    if isinstance(value, date):
        return {"$moment" if isinstance(value, datetime) else "$date": value.isoformat()}
    if isinstance(value, list | tuple):
        return [_to_wire(item) for item in value]
    if isinstance(value, dict):
        return {to_text(key): _to_wire(item) for key, item in value.items()}
    return value if isinstance(value, float) else to_json(value)


def _from_wire(found: dict[str, Any]) -> Any:
    if found.keys() == {"$date"}:
        return date.fromisoformat(found["$date"])
    if found.keys() == {"$moment"}:
        return datetime.fromisoformat(found["$moment"])
    return found


def markdown(columns: Sequence[Column], batches: Iterable[list[Row]]) -> Iterator[str]:
    """A pipe table; numbers to six digits."""
    yield _pipes(column.name for column in columns)
    yield _pipes("---:" if is_numeric(column.type) else "---" for column in columns)
    for batch in batches:
        yield "".join(_pipes(to_show(value) for value in row) for row in batch)


def _pipes(cells: Iterable[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |\n"


def _object(names: list[str], row: Row) -> str:
    pairs = {name: to_json(value) for name, value in zip(names, row, strict=True)}
    return json.dumps(pairs, ensure_ascii=False, allow_nan=False)


def _csv_field(value: object, *, excel_safe: bool) -> str:
    if value is None:
        return ""
    text = to_text(value)
    if excel_safe and isinstance(value, str) and text.startswith(FORMULA_STARTS):
        text = "'" + text
    if text == "" or any(mark in text for mark in ',"\n\r'):
        return '"' + text.replace('"', '""') + '"'
    return text


EXCEL_ROWS = 1_048_575
"""A sheet holds no more below its header."""


def write_parquet(
    reader: pa.RecordBatchReader,
    write: Callable[[bytes], object],
    con: duckdb.DuckDBPyConnection,
    limit: int | None = None,
) -> tuple[int, bool]:
    """Write Arrow batches as Parquet (zstd); returns the rows written and whether there were more.

    Raises
    ------
    QueryError
        The query fails while its rows are read, or Parquet has no type for a column.
    """
    import duckdb
    import pyarrow as pa
    import pyarrow.parquet as pq

    rows, truncated = 0, False
    with ExitStack() as stack:
        try:
            writer = pq.ParquetWriter(_Sink(write), reader.schema, compression="zstd")
        except pa.ArrowNotImplementedError as error:
            raise QueryError(
                f"Parquet cannot hold a column of this result: {error}",
                "cast it, as in: x::VARCHAR",
            ) from None
        stack.enter_context(writer)
        while True:
            try:
                batch = reader.read_next_batch()
            except StopIteration:
                break
            except duckdb.Error as error:
                raise complain(error, con) from None
            except (pa.ArrowException, OSError) as error:
                raise QueryError(str(error).strip().splitlines()[0]) from None
            if limit is not None and rows + batch.num_rows > limit:
                batch, truncated = batch.slice(0, limit - rows), True
            rows += batch.num_rows
            if batch.num_rows:
                writer.write_batch(batch)
            if truncated:
                break
    return rows, truncated


class _Sink(RawIOBase):
    """A file that is only written on: all that Parquet needs."""

    def __init__(self, write: Callable[[bytes], object]) -> None:
        self._write = write
        self._size = 0

    def writable(self) -> bool:
        return True

    def write(self, data: Buffer) -> int:
        piece = bytes(data)
        self._write(piece)
        self._size += len(piece)
        return len(piece)

    def tell(self) -> int:
        return self._size


def xlsx(columns: Sequence[Column], batches: Iterable[list[Row]]) -> bytes:
    """One sheet: header, numbers as numbers, dates as dates, texts as texts and never formulas.

    Raises
    ------
    ConfigError
        The extra `excel` is not installed, or the sheet is full.
    """
    try:
        import xlsxwriter
    except ModuleNotFoundError:
        raise ConfigError(
            "spreadsheets need xlsxwriter", "pip install 'mining-watchlist[excel]', or --format csv"
        ) from None
    buffer = BytesIO()
    book = xlsxwriter.Workbook(
        buffer,
        {
            "in_memory": True,
            "constant_memory": False,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "nan_inf_to_errors": False,
        },
    )
    # without it the same result gives other bytes a second later
    book.set_properties({"created": datetime(2000, 1, 1)})
    sheet = book.add_worksheet("result")
    head = book.add_format({"bold": True})
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    for i, column in enumerate(columns):
        sheet.write_string(0, i, column.name, head)
    line = 0
    for batch in batches:
        for row in batch:
            line += 1
            if line > EXCEL_ROWS:
                raise ConfigError(
                    f"a sheet holds {EXCEL_ROWS:,} rows", "use --limit, or --format parquet"
                )
            for i, value in enumerate(row):
                if value is None:
                    continue
                if isinstance(value, bool):
                    sheet.write_boolean(line, i, value)
                elif _is_sheet_number(value):
                    sheet.write_number(line, i, value)
                elif isinstance(value, date) and not isinstance(value, datetime):
                    sheet.write_datetime(line, i, datetime(value.year, value.month, value.day), day)
                else:
                    sheet.write_string(line, i, to_text(value))
    sheet.freeze_panes(1, 0)
    book.close()
    return buffer.getvalue()


def _is_sheet_number(value: object) -> bool:
    """A spreadsheet counts in doubles: a longer integer, NaN and infinity are written as text."""
    if isinstance(value, int):
        return abs(value) < 2**53
    return isinstance(value, float) and value - value == 0
