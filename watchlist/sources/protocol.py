"""What a source of bars is: asked for a security in a window, it answers or fails clearly."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Protocol

import polars as pl

from watchlist.errors import PermanentSourceError, TransientSourceError

if TYPE_CHECKING:
    from watchlist.catalog import Security

BAR_SCHEMA = pl.Schema(
    {
        "session": pl.Date(),
        "open": pl.Float64(),
        "high": pl.Float64(),
        "low": pl.Float64(),
        "close": pl.Float64(),
        "adj_close": pl.Float64(),
        "volume": pl.Int64(),
        "dividend": pl.Float64(),
        "split": pl.Float64(),
    }
)
"""Columns of every bar frame. Prices are adjusted for splits, not dividends; null = not known."""

PRICE_COLUMNS = ("open", "high", "low", "close", "adj_close")

HIGHEST_PRICE = 1e8
"""Above every share price there is: a number beyond it is a broken one."""

HIGHEST_VOLUME = 10**13
HIGHEST_SPLIT = 1e4

MINOR_UNITS = {"GBp": "GBP", "GBX": "GBP", "ZAc": "ZAR", "ILA": "ILS"}
"""Quotes in hundredths of a currency: another unit, the same currency; returns do not care."""


class AbsentSymbolError(PermanentSourceError):
    """The source is whole but has nothing under this symbol."""


class RunStoppedError(TransientSourceError):
    """The source must not be asked again in this run, for no symbol."""


class RateLimitedError(RunStoppedError):
    """Still refused for asking too often after every wait; more requests would lengthen the ban."""


class UnreachableError(RunStoppedError):
    """No connection to the source could be made."""


class BudgetSpentError(RunStoppedError):
    """The time that one run may spend on its source is used up."""


@dataclass(frozen=True)
class BadRow:
    """One row of a file that is not a bar."""

    file: str
    line: int
    """Line of the file, counted from 1 with the header; for Parquet the row, counted from 1."""
    column: str
    value: str
    problem: str
    symbol: str | None = None
    """None when the row does not say whose bar it is."""

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.column} {self.value!r}: {self.problem}"


@dataclass(frozen=True)
class Fetched:
    """The bars of one security in one window."""

    bars: pl.DataFrame
    """`BAR_SCHEMA`; sessions ascend and are unique. May be empty: then `note` says why."""
    currency: str | None = None
    """As the source names it (`USD`, `CAD`, `GBp`); None when it does not say."""
    note: str | None = None
    """What the source said when it gave no bars; the caller knows if any were due."""
    attempts: int = 1
    """Requests it took, the successful one included."""


class Source(Protocol):
    """Where bars come from."""

    @property
    def name(self) -> str:
        """What the store writes beside each bar."""
        ...

    @property
    def bad_rows(self) -> Sequence[BadRow]:
        """Rows that were left out on the user's word (`--skip-bad`); empty for live sources."""
        ...

    def fetch(self, security: Security, start: date | None, end: date | None) -> Fetched:
        """Bars of `security` from session `start` to session `end`, both included.

        None means as far as the source goes. Today's bar may come while the session is open:
        whether it is final is for the caller to decide, by the exchange's close.

        Raises
        ------
        TransientSourceError
            Worth another try later; a `RunStoppedError` ends the whole run.
        PermanentSourceError
            Another try gives the same; `AbsentSymbolError` when only this symbol is missing.
        """
        ...


def bar_frame(raw: pl.DataFrame) -> pl.DataFrame:
    """`raw` with the columns, types and order of `BAR_SCHEMA`; columns it lacks are null."""
    missing = [pl.lit(None, dtype=dtype).alias(name) for name, dtype in BAR_SCHEMA.items()]
    absent = [column for column in missing if column.meta.output_name() not in raw.columns]
    return raw.with_columns(absent).select(BAR_SCHEMA.names()).cast(BAR_SCHEMA).sort("session")


def no_bars() -> pl.DataFrame:
    """A bar frame without rows."""
    return pl.DataFrame(schema=BAR_SCHEMA)


def window(bars: pl.DataFrame, start: date | None, end: date | None) -> pl.DataFrame:
    """The rows of `bars` from session `start` to session `end`, both included."""
    if start is not None:
        bars = bars.filter(pl.col("session") >= start)
    if end is not None:
        bars = bars.filter(pl.col("session") <= end)
    return bars


def check_currency(security: Security, currency: str | None, source: str) -> None:
    """Refuse prices in another currency than the catalogue's.

    Raises
    ------
    PermanentSourceError
        Another currency: probably another listing of the company, or another company.
    """
    if currency is None or MINOR_UNITS.get(currency, currency) == security.currency:
        return
    raise PermanentSourceError(
        f"{source} gives {security.symbol} in {currency}, the catalogue says {security.currency}",
        "another listing is another security: name the right one in source_symbols",
    )
