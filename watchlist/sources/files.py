"""Bars from a CSV or Parquet file, or a folder of them: every cell is checked.

A bad cell is named by its line, and a file with one is refused whole.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from watchlist.errors import PermanentSourceError, nearest
from watchlist.sources.protocol import (
    BAR_SCHEMA,
    HIGHEST_PRICE,
    HIGHEST_SPLIT,
    HIGHEST_VOLUME,
    PRICE_COLUMNS,
    AbsentSymbolError,
    BadRow,
    Fetched,
    bar_frame,
    check_currency,
    window,
)

if TYPE_CHECKING:
    from watchlist.catalog import Security

SUFFIXES = (".csv", ".parquet")
SHOWN = 10
"""Bad rows that the error spells out; the rest is counted."""

OTHER_NAMES = {
    "date": "session",
    "ticker": "symbol",
    "adjclose": "adj_close",
    "dividends": "dividend",
    "splits": "split",
    "stock_splits": "split",
}
"""Column names that other tools write, after lower case and underscores."""

NUMBER = r"^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?$"
"""Plain decimals: no thousands separator, no decimal comma, no unit."""

UNKNOWN = ("", "null", "none", "na", "n/a", "nan")
"""Cells that say: not known."""

ISO_DATE = (
    r"^((?:19|20)\d{2}-\d{2}-\d{2})"
    r"(?:[T ]00:00(?::00(?:\.0+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?$"
)
"""A date with a four-digit year; a time only if it is midnight, which names no other day."""

ROW_SCHEMA = pl.Schema(
    {
        "file": pl.String(),
        "line": pl.Int64(),
        "symbol": pl.String(),
        "currency": pl.String(),
        **BAR_SCHEMA,
    }
)


@dataclass(frozen=True)
class _Content:
    by_symbol: dict[str, pl.DataFrame]
    bad_rows: tuple[BadRow, ...]
    refused: PermanentSourceError | None = None


class FileSource:
    """A file or folder of bars: symbol, session (or date), open, high, low, close, volume.

    `dividend`, `split`, `adj_close` and `currency` where known; other columns are ignored, and
    a file without a symbol column holds the symbol that it is named after (`MP.csv`). Read
    whole at the first question, then answered from memory.
    """

    def __init__(self, path: Path, *, skip_bad: bool = False) -> None:
        self.path = path
        self.skip_bad = skip_bad
        self.name = f"file:{path.name}"

    @property
    def bad_rows(self) -> Sequence[BadRow]:
        """The rows that `skip_bad` left out; reads the files. None of files that are refused."""
        return self._content.bad_rows

    def fetch(self, security: Security, start: date | None, end: date | None) -> Fetched:
        """The file's bars of `security` in the window.

        Raises
        ------
        AbsentSymbolError
            The files can be read and have no row of this symbol.
        PermanentSourceError
            A file cannot be read, or holds rows that are not bars and `skip_bad` is off.
        """
        if (refused := self._content.refused) is not None:
            raise PermanentSourceError(refused.message, refused.hint)
        by_symbol = self._content.by_symbol
        rows = by_symbol.get(security.symbol)
        if rows is None:
            raise AbsentSymbolError(
                f"{self.path}: no rows of {security.symbol}",
                nearest(security.symbol, sorted(by_symbol)),
            )
        currencies = rows["currency"].drop_nulls().unique().to_list()
        if len(currencies) > 1:
            raise PermanentSourceError(
                f"{self.path}: {security.symbol} has prices in {' and '.join(sorted(currencies))}",
                "keep one currency per symbol; give the other line its own symbol",
            )
        currency = currencies[0] if currencies else None
        check_currency(security, currency, self.path.name)
        bars = window(bar_frame(rows), start, end)
        note = None if bars.height else f"{self.path.name} has no rows of {security.symbol} there"
        return Fetched(bars, currency=currency, note=note)

    @cached_property
    def _content(self) -> _Content:
        """Read once, also when it is refused: the answer is the same for each symbol."""
        try:
            return self._read()
        except PermanentSourceError as error:
            return _Content({}, (), error)

    def _read(self) -> _Content:
        frames, bad = [], []
        for file in self._files():
            rows, wrong = _check_table(_read_table(file), file.name)
            frames.append(rows)
            bad.extend(wrong)
        rows = pl.concat(frames)
        bad.extend(_repeated(rows))
        if bad and not self.skip_bad:
            raise PermanentSourceError(_refusal(self.path, bad))
        good = rows.unique(["symbol", "session"], keep="none", maintain_order=True)
        parts = good.partition_by("symbol", as_dict=True)
        return _Content({str(symbol): part for (symbol,), part in parts.items()}, tuple(bad))

    def _files(self) -> list[Path]:
        if not self.path.is_dir():
            return [self.path]
        files = sorted(p for p in self.path.iterdir() if p.suffix.lower() in SUFFIXES)
        if not files:
            raise PermanentSourceError(
                f"{self.path}: a folder without bar files", "it should hold .csv or .parquet files"
            )
        return files


def _refusal(path: Path, bad: list[BadRow]) -> str:
    """The way out stands in the message: it is what the store keeps as the reason."""
    what = "1 row is not a bar" if len(bad) == 1 else f"{len(bad)} rows are not bars"
    more = [f"and {len(bad) - SHOWN} more"] if len(bad) > SHOWN else []
    head = f"{path}: {what}, so nothing was imported; --skip-bad imports the others"
    return "\n  ".join([head, *map(str, bad[:SHOWN]), *more])


def _repeated(rows: pl.DataFrame) -> list[BadRow]:
    """Rows whose symbol and session come more than once: none of them can be trusted."""
    twice = rows.filter(pl.struct("symbol", "session").is_duplicated())
    return [
        BadRow(
            file=row["file"],
            line=row["line"],
            column="session",
            value=str(row["session"]),
            problem=f"{row['symbol']} has this session more than once",
            symbol=row["symbol"],
        )
        for row in twice.sort("symbol", "session", "file", "line").iter_rows(named=True)
    ]


def _read_table(path: Path) -> pl.DataFrame:
    """The file's rows with `line`, under our column names; cells as they stand.

    Raises
    ------
    PermanentSourceError
        Not a table of bars: unreadable, no rows, no header, a needed column missing.
    """
    table = _read_parquet(path) if path.suffix.lower() == ".parquet" else _read_csv(path)
    names = {name: _our_name(name) for name in table.columns}
    for ours in ROW_SCHEMA:
        theirs = [name for name, mapped in names.items() if mapped == ours]
        if len(theirs) > 1:
            raise PermanentSourceError(
                f"{path}: the columns {', '.join(theirs)} are all the {ours}"
            )
    table = table.rename({old: new for old, new in names.items() if new in ROW_SCHEMA})
    if "symbol" not in table.columns:
        table = table.with_columns(symbol=pl.lit(path.stem))
    if "session" not in table.columns or not {"close", "adj_close"} & set(table.columns):
        raise PermanentSourceError(
            f"{path}: no column {'session' if 'session' not in table.columns else 'close'};"
            f" it has: {', '.join(names)[:200]}",
            "a bar file has the columns symbol, session, open, high, low, close, volume",
        )
    if table.is_empty():
        raise PermanentSourceError(f"{path}: a header without rows")
    for column, kind in table.schema.items():
        if column in ROW_SCHEMA and not _readable(column, kind):
            raise PermanentSourceError(f"{path}: the column {column} holds {kind}")
    return table


def _check_table(table: pl.DataFrame, file: str) -> tuple[pl.DataFrame, list[BadRow]]:
    """The rows that are bars, typed as `ROW_SCHEMA`, and the first fault of each other row."""
    raw = table.with_columns(
        [pl.lit(None, pl.String).alias(c) for c in ROW_SCHEMA if c not in table.columns]
    )
    numbers = [name for name in BAR_SCHEMA if name != "session"]
    typed = raw.select(
        pl.lit(file).alias("file"),
        pl.col("line").cast(pl.Int64),
        _text(raw, "symbol"),
        _text(raw, "currency"),
        _session(raw),
        *[_number(raw, name) for name in numbers],
        # cells that hold something, so that what cannot be read is not taken for what is not known
        *[_filled(raw, name).alias(f"{name} given") for name in numbers],
    )
    price = [
        _fault(c, ~pl.col(c).is_between(0, HIGHEST_PRICE, closed="right"), "not a price")
        for c in PRICE_COLUMNS
    ]
    faults = [
        _fault("symbol", pl.col("symbol").is_null(), "no symbol"),
        _fault(
            "session", pl.col("session").is_null(), "not a date; write YYYY-MM-DD, no time of day"
        ),
        *[
            _fault(c, pl.col(f"{c} given") & pl.col(c).is_null(), "not a number; write 1234.5")
            for c in numbers
        ],
        *price,
        _fault("volume", ~pl.col("volume").is_between(0, HIGHEST_VOLUME), "not a volume"),
        _fault("volume", pl.col("volume") != pl.col("volume").floor(), "not a whole number"),
        _fault("dividend", ~pl.col("dividend").is_between(0, HIGHEST_PRICE), "not a dividend"),
        _fault("split", ~pl.col("split").is_between(0, HIGHEST_SPLIT), "not a split ratio"),
        _fault("high", pl.col("high") < pl.col("low"), "below the low of its row"),
    ]
    typed = typed.with_columns(fault=pl.coalesce(faults))
    bad = [
        _bad_row(file, raw.row(i, named=True), typed["symbol"][i], typed["fault"][i])
        for i in typed["fault"].is_not_null().arg_true()
    ]
    good = typed.filter(pl.col("fault").is_null())
    # tools that list splits beside prices write 0 on the days without one
    good = good.with_columns(split=pl.when(pl.col("split") == 0).then(1.0).otherwise("split"))
    return good.select(ROW_SCHEMA.names()).cast(ROW_SCHEMA), bad


def _readable(column: str, kind: pl.DataType) -> bool:
    """Whether cells of that type can be what the column is for."""
    if kind in (pl.String, pl.Null):
        return True
    if column in ("symbol", "currency"):
        return kind in (pl.Categorical, pl.Enum)
    return kind.is_temporal() if column == "session" else kind.is_numeric()


def _text(raw: pl.DataFrame, name: str) -> pl.Expr:
    text = pl.col(name).cast(pl.String).str.strip_chars()
    return pl.when(text != "").then(text).alias(name)


def _session(raw: pl.DataFrame) -> pl.Expr:
    kind = raw.schema["session"]
    cell = pl.col("session")
    if isinstance(kind, pl.Datetime):
        # the wall date of the file's own time zone
        cell = cell.dt.replace_time_zone(None).dt.strftime("%Y-%m-%dT%H:%M:%S%.f")
    text = cell.cast(pl.String).str.strip_chars().str.extract(ISO_DATE)
    return text.str.to_date("%Y-%m-%d", strict=False).alias("session")


def _number(raw: pl.DataFrame, name: str) -> pl.Expr:
    cell = pl.col(name)
    if raw.schema[name] == pl.String:
        cell = cell.str.strip_chars()
        cell = pl.when(cell.str.contains(NUMBER)).then(cell)
    return cell.cast(pl.Float64, strict=False).fill_nan(None).alias(name)


def _filled(raw: pl.DataFrame, name: str) -> pl.Expr:
    cell = pl.col(name)
    if raw.schema[name] == pl.String:
        return cell.is_not_null() & ~cell.str.strip_chars().str.to_lowercase().is_in(UNKNOWN)
    if raw.schema[name].is_float():
        return cell.is_not_null() & cell.is_not_nan()
    return cell.is_not_null()


def _fault(column: str, wrong: pl.Expr, problem: str) -> pl.Expr:
    return pl.when(wrong).then(pl.lit(f"{column}|{problem}"))


def _bad_row(file: str, cells: dict[str, object], symbol: str | None, fault: str) -> BadRow:
    column, problem = fault.split("|", 1)
    value = cells[column]
    return BadRow(
        file=file,
        line=int(str(cells["line"])),
        column=column,
        value="" if value is None else str(value)[:60],
        problem=problem,
        symbol=symbol,
    )


def _our_name(name: str) -> str:
    plain = name.strip().lower().replace(" ", "_")
    return OTHER_NAMES.get(plain, plain)


def _read_parquet(path: Path) -> pl.DataFrame:
    try:
        return pl.read_parquet(path).drop("line", strict=False).with_row_index("line", offset=1)
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError) as error:
        raise PermanentSourceError(
            f"{path}: not a readable Parquet file: {_first_line(error)}",
            "it may be cut off; write or download it again",
        ) from None


def _read_csv(path: Path) -> pl.DataFrame:
    """Cells as text, with the line where each row begins.

    Rows with more or fewer cells than the header are refused with the file: cells that slid
    into another column look like right ones.
    """
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise PermanentSourceError(
            f"{path}: not UTF-8 text (byte {error.start})", "save it as CSV in UTF-8"
        ) from None
    except OSError as error:
        raise PermanentSourceError(f"{path}: cannot be read: {_first_line(error)}") from None
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    rows: list[list[str]] = []
    lines: list[int] = []
    try:
        header = next(reader, [])
        began = reader.line_num + 1
        for row in reader:
            if row and len(row) != len(header):
                raise PermanentSourceError(
                    f"{path}:{began}: {len(row)} cells where the header has {len(header)}",
                    "every row needs the header's columns; was the file cut off?",
                )
            if row:
                rows.append(row)
                lines.append(began)
            began = reader.line_num + 1
    except csv.Error as error:
        raise PermanentSourceError(
            f"{path}:{reader.line_num}: not CSV: {error}", 'quote cells as "a, b"'
        ) from None
    if len(header) == 1 and (mark := next((m for m in ";\t|" if m in header[0]), None)):
        raise PermanentSourceError(
            f"{path}: the columns are separated by {mark!r}", "separate them by commas"
        )
    if len(set(header)) < len(header):
        raise PermanentSourceError(f"{path}: a column name comes twice: {', '.join(header)[:200]}")
    columns = zip(*rows, strict=True) if rows else [()] * len(header)
    cells = {
        name: pl.Series(name, list(column), pl.String)
        for name, column in zip(header, columns, strict=True)
        if _our_name(name) != "line"
    }
    return pl.DataFrame({**cells, "line": pl.Series(lines, dtype=pl.Int64)})


def _first_line(error: BaseException) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0][:200]
