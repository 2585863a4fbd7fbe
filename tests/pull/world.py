"""A small world for pull tests: a catalogue, a vendor whose answers the test sets, a clock."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path

import polars as pl

from tests.loopback import FakeClock
from watchlist import calendar
from watchlist.catalog import Catalog, Security
from watchlist.errors import SourceError
from watchlist.project import Project
from watchlist.sources import AbsentSymbolError, Fetched
from watchlist.sources.protocol import BadRow, bar_frame, window
from watchlist.store import checks, connect, open_build
from watchlist.store.pull import PullSummary, pull_bars


def security(symbol: str, **more: object) -> Security:
    return Security.model_validate(
        {
            "symbol": symbol,
            "name": symbol,
            "role": "watchlist",
            "exchange": "NYSE",
            "calendar": "XNYS",
            "currency": "USD",
            **more,
        }
    )


def catalog(*securities: Security) -> Catalog:
    return Catalog(securities=securities, events=())


@cache
def sessions(code: str = "XNYS") -> tuple[date, ...]:
    """Every session of 2025 and 2026."""
    return tuple(calendar.sessions([code], date(2025, 1, 1), date(2026, 12, 31))["session"])


def history(first: date, last: date, start: float = 20.0, code: str = "XNYS") -> pl.DataFrame:
    """A bar for each session: close rises by a cent a day, so that each bar is known by it."""
    days = [day for day in sessions(code) if first <= day <= last]
    close = [start + 0.01 * sessions(code).index(day) for day in days]
    return bar_frame(
        pl.DataFrame(
            {
                "session": days,
                "open": [c - 0.005 for c in close],
                "high": [c + 0.05 for c in close],
                "low": [c - 0.05 for c in close],
                "close": close,
                "adj_close": close,
                "volume": [1_000_000 + 1000 * sessions(code).index(day) for day in days],
                "dividend": [0.0] * len(days),
                "split": [1.0] * len(days),
            },
            schema_overrides={"session": pl.Date},
        )
    )


def with_value(bars: pl.DataFrame, session: date, **values: float | None) -> pl.DataFrame:
    """The same bars with other values in one session."""
    return bars.with_columns(
        pl.when(pl.col("session") == session)
        .then(pl.lit(value, dtype=bars.schema[name]))
        .otherwise(pl.col(name))
        .alias(name)
        for name, value in values.items()
    )


class Vendor:
    """A source that serves what the test puts into `market`, and fails as told in `failing`."""

    def __init__(self, market: dict[str, pl.DataFrame] | None = None, name: str = "vendor") -> None:
        self.market = market or {}
        self.failing: dict[str, SourceError] = {}
        self.currency: dict[str, str] = {}
        self.asked: list[tuple[str, date | None, date | None]] = []
        self.name = name
        self.bad_rows: tuple[BadRow, ...] = ()

    def fetch(self, security: Security, start: date | None, end: date | None) -> Fetched:
        self.asked.append((security.symbol, start, end))
        if security.symbol in self.failing:
            raise self.failing[security.symbol]
        if security.symbol not in self.market:
            raise AbsentSymbolError(f"no rows of {security.symbol}")
        bars = window(self.market[security.symbol], start, end)
        return Fetched(bars, currency=self.currency.get(security.symbol, "USD"))


class World:
    """A project folder, its catalogue, a vendor and a clock; `night` is one run."""

    def __init__(self, folder: Path, *securities: Security) -> None:
        self.project = Project(folder)
        self.catalog = catalog(*(securities or (security("MP"), security("LAC"))))
        self.vendor = Vendor()
        self.clock = FakeClock(datetime(2026, 1, 15, 23, 0, tzinfo=UTC))

    def at(self, text: str) -> None:
        """Set the clock, in UTC."""
        self.clock.moment = datetime.fromisoformat(text).replace(tzinfo=UTC)

    def night(
        self, *, full: bool = False, since: date | None = None, symbols: Iterable[str] = ()
    ) -> PullSummary:
        """Pull and publish; `published` says whether the file changed."""
        with open_build(self.project, self.clock) as build:
            summary = pull_bars(
                build,
                self.catalog,
                self.vendor,
                clock=self.clock,
                full=full,
                since=since,
                symbols=tuple(symbols),
            )
            checks.record(build.con, build.started_at)
            self.published = build.publish()
        return summary

    def rows(self, sql: str, as_known: date | None = None) -> list[tuple[object, ...]]:
        """Ask the published store."""
        with connect(self.project, as_known=as_known) as con:
            return con.execute(sql).fetchall()

    def bars(self, symbol: str = "MP", as_known: date | None = None) -> pl.DataFrame:
        """The stored bars with the columns of a source's frame."""
        with connect(self.project, as_known=as_known) as con:
            frame = con.sql(
                "SELECT * FROM bars WHERE symbol = $s ORDER BY session", params={"s": symbol}
            ).pl()
        return bar_frame(frame)
