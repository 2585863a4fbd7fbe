"""The store against bare DuckDB: nightly append, bulk import, file size, one symbol's history.

`WATCHLIST_BENCH_BARS` sets the size (63000000 is a whole market since 2000; the default is a
tenth of it and takes a minute). A is what the store does, B the plain statement.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from tests.bench.pairs import Ratio, compare
from watchlist.store import bars
from watchlist.store.files import open_file
from watchlist.store.frames import columns
from watchlist.store.schema import apply_views, migrate

if TYPE_CHECKING:
    import duckdb

BARS = int(os.environ.get("WATCHLIST_BENCH_BARS", "6300000"))
SESSIONS = 6_300
SECURITIES = BARS // SESSIONS
NIGHT = 10_000
"""Bars of one night's append, as in a market of 10,000 names; each has its own number."""

CHUNK = 250
"""Securities that are imported together."""

FIRST = date(2000, 1, 3)
PULLED = datetime(2026, 1, 1, tzinfo=UTC)


def days() -> list[date]:
    """So many weekdays from `FIRST` on."""
    every = (FIRST + timedelta(days=n) for n in range(2 * SESSIONS))
    return [day for day in every if day.weekday() < 5][:SESSIONS]


def frame(first: int, last: int, sessions: list[date]) -> pl.DataFrame:
    """Bars of the securities `first` to `last - 1`, sorted; prices in cents, as real ones."""
    rows = (last - first) * len(sessions)
    number = pl.int_range(rows, eager=True)
    price = ((number * 7919 % 9973) / 100 + 5).round(2)
    return pl.DataFrame(
        {
            "security_id": (number // len(sessions) + first).cast(pl.Int32),
            "session": pl.Series(sessions * (last - first), dtype=pl.Date),
            "open": price,
            "high": (price + 0.1).round(2),
            "low": (price - 0.1).round(2),
            "close": (price + 0.05).round(2),
            "adj_close": (price + 0.05).round(2),
            "volume": number * 104729 % 1_000_003,
        }
    ).with_columns(
        pl.lit(1, dtype=pl.Int32).alias("adj_basis"),
        pl.lit(0.0).alias("dividend"),
        pl.lit(1.0).alias("split"),
        pl.lit("bench").alias("source"),
        pl.lit(1, dtype=pl.Int32).alias("pull_id"),
        pl.lit(PULLED).alias("first_pulled_at"),
        pl.lit(PULLED).alias("pulled_at"),
        pl.lit(True).alias("final"),
    )


def chunks() -> Iterator[pl.DataFrame]:
    """The whole market, `CHUNK` securities at a time."""
    sessions = days()
    for first in range(1, SECURITIES + 1, CHUNK):
        yield frame(first, min(first + CHUNK, SECURITIES + 1), sessions)


def plain_insert(con: duckdb.DuckDBPyConnection, some: pl.DataFrame) -> None:
    """What a script would do."""
    con.register("_plain", some)
    con.execute("INSERT INTO base.bars BY NAME SELECT * FROM _plain")
    con.unregister("_plain")


def run() -> list[Ratio]:
    """The ratios, in one run."""
    with tempfile.TemporaryDirectory() as folder:
        return [*_import(Path(folder)), *_nights(Path(folder))]


def _empty(file: Path) -> duckdb.DuckDBPyConnection:
    con = open_file(file)
    migrate(con, "real")
    return con


def _import(folder: Path) -> Iterator[Ratio]:
    """Bulk import, chunk by chunk in turn, so that both meet the same machine."""
    ours, plain = _empty(folder / "ours.duckdb"), _empty(folder / "plain.duckdb")
    feed = chunks()
    given = {"chunk": next(feed)}
    times = 0

    def import_ours() -> None:
        bars.append(ours, given["chunk"])

    def import_plain() -> None:
        plain_insert(plain, given["chunk"])
        given["chunk"] = next(feed, given["chunk"].clear())

    times = -(-SECURITIES // CHUNK) - 1
    ratio = compare(
        f"bulk import of {BARS / 1e6:.1f} million bars",
        ("store", import_ours),
        ("plain INSERT … SELECT", import_plain),
        rounds=max(1, times),
        goal=1.3,
    )
    for con in (ours, plain):
        con.execute("CHECKPOINT")
        con.close()
    yield ratio
    sizes = [(folder / name).stat().st_size for name in ("ours.duckdb", "plain.duckdb")]
    share = sizes[0] / sizes[1]
    yield Ratio("file size", "store", "plain table", share, share, share, 1, 1.05)


def _nights(folder: Path) -> Iterator[Ratio]:
    """A night's append onto the sorted history, and one symbol's history after ten of them."""
    ours, plain = open_file(folder / "ours.duckdb"), open_file(folder / "plain.duckdb")
    after = days()[-1]
    night_ours, night_plain = count(1), count(1)

    def night(number: int) -> pl.DataFrame:
        return frame(1, NIGHT + 1, [after + timedelta(days=number)])

    made = {number: night(number) for number in range(1, 13)}
    yield compare(
        f"a night's {NIGHT:,} bars",
        ("store", lambda: bars.append(ours, made[next(night_ours)])),
        ("plain append", lambda: plain_insert(plain, made[next(night_plain)])),
        rounds=9,
        goal=5,
    )
    middle = SECURITIES // 2
    ours.execute(
        "INSERT INTO base.securities (security_id, symbol, name, role, exchange, calendar, "
        f"currency, minerals) SELECT i, 'S' || i, 'S' || i, 'peer', 'NYSE', 'XNYS', 'USD', [] "
        f"FROM range(1, {SECURITIES + 1}) AS r(i)"
    )
    apply_views(ours)
    names = ", ".join(columns(plain, "bars"))
    plain.execute(
        f"CREATE TABLE sorted AS SELECT {names} FROM base.bars ORDER BY security_id, session"
    )
    wanted = "session, open, high, low, close, volume"
    yield compare(
        "one symbol's history, by name, after ten nights",
        (
            "view bars",
            lambda: ours.execute(
                f"SELECT {wanted} FROM bars WHERE symbol = 'S{middle}' ORDER BY session"
            ).fetchall(),
        ),
        (
            "sorted bare table",
            lambda: plain.execute(
                f"SELECT {wanted} FROM sorted WHERE security_id = {middle} ORDER BY session"
            ).fetchall(),
        ),
        rounds=15,
        goal=2,
    )
    ours.close()
    plain.close()
