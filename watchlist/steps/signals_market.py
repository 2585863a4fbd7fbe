"""What signals read: calendar, factors and events at once, bars some hundred symbols at a time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from watchlist.errors import StoreError
from watchlist.signals.build import Market, MarketFrames, build_market, explaining
from watchlist.signals.panel import Ints
from watchlist.signals.tape import Tape, lay
from watchlist.store import lake
from watchlist.study.returns import Listings, by_day, listings_of

if TYPE_CHECKING:
    import duckdb

_SQL = Path(__file__).parent / "signals_sql"

SECURITIES = 500
"""Securities a tape: 2 million bars of 25 years, about 130 MB."""
BUFFER_MB = 1024
"""Memory of DuckDB's own: it would else keep every block that was read."""
KEPT_ROWS = 20_000_000
"""Rows of `signals` that a store keeps at most, about 500 MB: three years of a thousand symbols."""


@dataclass(frozen=True, eq=False)
class Bars:
    """The bars of a store, to be read as tapes."""

    con: duckdb.DuckDBPyConnection
    as_of: date
    listings: Listings
    """Every security that has bars."""
    row_of_day: Ints
    paying: Ints

    def tapes(self, securities: int = SECURITIES) -> Iterator[Tape]:
        """All bars, so many securities at a time."""
        for i in range(0, len(self.listings.security), securities):
            tape = self.tape(np.arange(i, min(i + securities, len(self.listings.security))))
            if len(tape.columns):
                yield tape

    def tape(self, chosen: Ints) -> Tape:
        """The bars of some of the listings; read from the first to the last of them."""
        listings = self.listings.take(chosen)
        security = listings.security
        name = "tape_paying" if np.isin(security, self.paying).any() else "tape"
        first, last = (int(security[0]), int(security[-1])) if len(security) else (0, -1)
        bounds = {"first": first, "last": last, "as_of": self.as_of}
        # through polars: Arrow's own way to numpy loads pandas
        bars = lake.another(self.con).sql(_sql(name), params=bounds).pl()
        columns = {name: bars[name].to_numpy() for name in bars.columns}
        return lay(columns, listings, self.row_of_day)


def open_market(con: duckdb.DuckDBPyConnection, as_of: date) -> tuple[Market, Bars]:
    """What all symbols share, and their bars.

    Raises
    ------
    StoreError
        There is no bar up to that session.
    """
    listed = _read(con, "listed", as_of=as_of)["security_id"].to_numpy()
    if not len(listed):
        raise StoreError(f"no bars up to {as_of}", "pull some with: watchlist pull")
    securities, sessions = _read(con, "securities"), _read(con, "sessions", as_of=as_of)
    bars = Bars(
        con,
        as_of,
        listings_of(
            securities.with_row_index("column").filter(pl.col("security_id").is_in(listed)),
            _read(con, "calendars"),
        ),
        by_day(sessions["session"].to_physical().to_numpy(), np.arange(sessions.height)),
        _read(con, "paying")["security_id"].to_numpy(),
    )
    frames = MarketFrames(
        sessions=sessions,
        securities=securities,
        pairs=_read(con, "pairs", as_of=as_of),
        mentions=_read(con, "mentions", as_of=as_of),
    )
    factors = np.flatnonzero(np.isin(bars.listings.columns, explaining(securities)))
    return build_market(frames, bars.tape(factors)), bars


def kept_sessions(
    con: duckdb.DuckDBPyConnection, market: Market, history: int, signals: int
) -> int:
    """How many of the last sessions the store keeps: `history`, or as many as `KEPT_ROWS` allow."""
    sessions = market.sessions[-history:]
    counted = _read(con, "bars_by_session", first=sessions[0].item(), as_of=sessions[-1].item())
    rows = counted["bars"].cum_sum() * signals
    return (
        max(min(len(sessions), int((rows <= KEPT_ROWS).sum())), 1)
        if rows[-1] > KEPT_ROWS
        else len(sessions)
    )


@contextmanager
def small_buffer(con: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """DuckDB keeps little of the file that it reads; a database in memory keeps all it has."""
    row = con.execute(
        "SELECT path FROM duckdb_databases() WHERE database_name = current_database()"
    ).fetchone()
    if row is None or row[0] is None:
        yield
        return
    con.execute(f"SET memory_limit = '{BUFFER_MB}MiB'")
    try:
        yield
    finally:
        con.execute("RESET memory_limit")


def _sql(name: str) -> str:
    return (_SQL / f"{name}.sql").read_text(encoding="utf-8")


def _read(con: duckdb.DuckDBPyConnection, name: str, **parameters: object) -> pl.DataFrame:
    frame: pl.DataFrame = con.sql(_sql(name), params=parameters or None).pl()
    return frame
