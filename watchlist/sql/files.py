"""A result as a file: Parquet with DuckDB's own types, and a spreadsheet without live formulas."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from datetime import date, datetime
from io import BytesIO, RawIOBase
from typing import TYPE_CHECKING

from watchlist.errors import ConfigError, QueryError
from watchlist.sql.complaints import complain
from watchlist.sql.run import Column, Row
from watchlist.sql.values import to_text

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa
    from typing_extensions import Buffer

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
