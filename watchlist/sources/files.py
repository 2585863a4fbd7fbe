"""Bars from a CSV or Parquet file, or a folder of them; a bad file is refused whole."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from watchlist.errors import PermanentSourceError, nearest
from watchlist.sources.protocol import AbsentSymbolError, BadRow, Fetched, bar_frame, window
from watchlist.sources.tables import check_table, read_table
from watchlist.sources.wire import check_currency

if TYPE_CHECKING:
    from watchlist.catalog import Security

SUFFIXES = (".csv", ".parquet")
SHOWN = 10
"""Bad rows that the error spells out; the rest is counted."""


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

    @property
    def name(self) -> str:
        """`file:` and the last part of the path."""
        return f"file:{self.path.name}"

    @property
    def bad_rows(self) -> Sequence[BadRow]:
        """The rows that `skip_bad` left out; reads the files. None of files that are refused."""
        return self._content.bad_rows

    def fetch(self, security: Security, start: date | None, end: date | None) -> Fetched:
        """The file's bars of `security` in the window.

        Raises
        ------
        AbsentSymbolError
            The files are sound and have no row of this symbol.
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
            rows, wrong = check_table(read_table(file), file.name)
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
