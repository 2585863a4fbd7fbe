"""A whole market with known truth: listings with uneven lives, bars, events and planted effects.

`python -m tests.bench.market FILE [--listings 16000] [--sessions 6300] [--pairs 100000]` writes a
store that `watchlist` opens as its own. Everything follows from the seed; a listing's bars do not
depend on how many listings there are.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from watchlist.store.files import open_file
from watchlist.store.schema import apply_views, migrate, set_meta

if TYPE_CHECKING:
    import duckdb
    from numpy.typing import NDArray

FIRST = date(2000, 1, 3)
PULLED = datetime(2026, 1, 1, tzinfo=UTC)
CHUNK = 250
"""Listings made at a time: bounds the memory, not the result."""


@dataclass(frozen=True)
class Market:
    """How large the market is."""

    listings: int = 16_000
    sessions: int = 6_300
    pairs: int = 100_000
    targets_per_event: int = 10
    effect: float = 0.03
    """The planted abnormal return on day 0, fraction."""

    missing: float = 0.0005
    """Share of bars that are not there."""

    seed: int = 20260101


def weekdays(count: int) -> list[date]:
    """So many Mondays to Fridays from `FIRST` on; the calendar of the simulated exchange."""
    days: list[date] = []
    day = FIRST
    while len(days) < count:
        if day.weekday() < 5:
            days.append(day)
        day += timedelta(days=1)
    return days


def write(file: Path, market: Market) -> None:
    """Write the store; an existing file is an error, not overwritten."""
    if file.exists():
        raise SystemExit(f"{file} exists; name another file")
    days = weekdays(market.sessions)
    con = open_file(file)
    migrate(con, "simulated")
    _securities(con, market)
    _sessions(con, days)
    lives = _lives(market)
    planted = _events(con, market, days, lives)
    _bars(con, market, days, lives, planted)
    apply_views(con)
    rows = con.execute("SELECT count(*)::VARCHAR FROM base.bars").fetchone()
    assert rows is not None
    set_meta(con, "sorted_bars", rows[0])  # written in order: nothing to compact
    con.execute("CHECKPOINT")
    con.close()


def _securities(con: duckdb.DuckDBPyConnection, market: Market) -> None:
    con.execute(
        """
        INSERT INTO base.securities BY NAME
        SELECT i AS security_id, CASE i WHEN 0 THEN 'MKT' ELSE printf('S%05d', i) END AS symbol,
            symbol AS name, CASE i WHEN 0 THEN 'benchmark' ELSE 'peer' END AS role,
            'SIM' AS exchange, 'XNYS' AS calendar, 'USD' AS currency,
            []::VARCHAR[] AS minerals, CASE i WHEN 0 THEN NULL ELSE 'MKT' END AS market
        FROM range($count + 1) AS r(i)
        """,
        {"count": market.listings},
    )


def _sessions(con: duckdb.DuckDBPyConnection, days: list[date]) -> None:
    con.register("_days", pa.table({"session": pa.array(days, pa.date32())}))
    con.execute(
        """
        INSERT INTO base.sessions
        SELECT 'XNYS', session, session + INTERVAL '14 hours 30 minutes',
            session + INTERVAL '21 hours', false
        FROM _days
        """
    )
    con.unregister("_days")


def _lives(market: Market) -> NDArray[np.int64]:
    """First and one-past-last session row of each listing; row 0 is the market, always there."""
    rng = np.random.default_rng(market.seed)
    length = rng.integers(market.sessions // 4, market.sessions + 1, market.listings)
    first = (rng.random(market.listings) * (market.sessions - length + 1)).astype(np.int64)
    lives = np.column_stack([first, first + length])
    return np.vstack([[0, market.sessions], lives]).astype(np.int64)


def _events(
    con: duckdb.DuckDBPyConnection, market: Market, days: list[date], lives: NDArray[np.int64]
) -> dict[int, NDArray[np.int64]]:
    """Events on days on which their targets have lived long enough; rows of day 0 by listing."""
    rng = np.random.default_rng(market.seed + 1)
    count = market.pairs // market.targets_per_event
    rows = rng.integers(300, market.sessions - 30, count)
    events, targets = [], []
    planted: dict[int, list[int]] = {}
    for number, row in enumerate(rows.tolist()):
        alive = np.flatnonzero((lives[1:, 0] + 270 <= row) & (lives[1:, 1] > row + 15)) + 1
        chosen = rng.choice(alive, min(market.targets_per_event, alive.size), replace=False)
        event = f"e{number:06d}"
        events.append((event, days[row]))
        for listing in chosen.tolist():
            targets.append((event, f"S{listing:05d}"))
            planted.setdefault(listing, []).append(row)
    ids, dates = [e for e, _ in events], [d for _, d in events]
    con.register("_events", pa.table({"id": ids, "day": pa.array(dates, pa.date32())}))
    con.register(
        "_targets", pa.table({"id": [e for e, _ in targets], "symbol": [s for _, s in targets]})
    )
    con.execute(
        """
        INSERT INTO base.events BY NAME
        SELECT id AS event_id, day AS announced_on, 'pre-market' AS timing,
            'reported' AS timing_basis, id AS title, 'company' AS category,
            'supportive' AS direction, []::VARCHAR[] AS actors, []::VARCHAR[] AS minerals,
            'confirmed' AS certainty, 'happened' AS status
        FROM _events
        """
    )
    con.execute("INSERT INTO base.event_days SELECT id, 'XNYS', day, 'simulated' FROM _events")
    con.execute(
        "INSERT INTO base.event_targets SELECT id, symbol, 'named', 'supportive' FROM _targets"
    )
    con.execute(
        "INSERT INTO base.planted_effects SELECT id, symbol, 0, day, $effect "
        "FROM _targets JOIN _events USING (id)",
        {"effect": market.effect},
    )
    return {listing: np.array(found) for listing, found in planted.items()}


def _bars(
    con: duckdb.DuckDBPyConnection,
    market: Market,
    days: list[date],
    lives: NDArray[np.int64],
    planted: dict[int, NDArray[np.int64]],
) -> None:
    day_numbers = np.array(days, dtype="datetime64[D]")
    common = np.random.default_rng(market.seed + 2).standard_t(5, market.sessions) * 0.008
    total = len(lives)
    for begin in range(0, total, CHUNK):
        parts = [
            _listing(market, i, lives[i], common, day_numbers, planted.get(i))
            for i in range(begin, min(begin + CHUNK, total))
        ]
        con.register("_bars", pa.concat_tables(parts))
        con.execute(
            """
            INSERT INTO base.bars BY NAME
            SELECT *, close AS adj_close, 0 AS adj_basis, 0.0 AS dividend, 1.0 AS split,
                'simulated' AS source, 0 AS pull_id, $pulled AS first_pulled_at,
                $pulled AS pulled_at, true AS final
            FROM _bars
            """,
            {"pulled": PULLED},
        )
        con.unregister("_bars")
        print(f"\r{min(begin + CHUNK, total)} of {total} listings", end="", file=sys.stderr)
    print(file=sys.stderr)


def _listing(
    market: Market,
    number: int,
    life: NDArray[np.int64],
    common: NDArray[np.float64],
    days: NDArray[np.datetime64],
    planted: NDArray[np.int64] | None,
) -> pa.Table:
    """The bars of one listing: market model with heavy tails, and the planted effects."""
    rng = np.random.default_rng([market.seed, number])
    first, end = life
    count = int(end - first)
    if number == 0:
        returns = common[first:end].copy()
    else:
        beta, sigma = rng.uniform(0.3, 1.8), rng.uniform(0.01, 0.04)
        returns = beta * common[first:end] + sigma * rng.standard_t(4, count) / np.sqrt(2)
        if planted is not None:
            returns[planted - first] += market.effect
    close = rng.uniform(5, 100) * np.exp(np.cumsum(np.log1p(np.clip(returns, -0.6, 3.0))))
    span = np.abs(rng.normal(0, 0.01, count))
    kept = rng.random(count) >= (0.0 if number == 0 else market.missing)
    columns = {
        "security_id": np.full(count, number, np.int32),
        "session": days[first:end],
        "open": close * (1 - span / 2),
        "high": close * (1 + span),
        "low": close * (1 - span),
        "close": close,
        "volume": rng.lognormal(12, 1, count).astype(np.int64),
    }
    return pa.table({name: pa.array(values[kept]) for name, values in columns.items()})


def main() -> None:
    """Write a market from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--listings", type=int, default=Market.listings)
    parser.add_argument("--sessions", type=int, default=Market.sessions)
    parser.add_argument("--pairs", type=int, default=Market.pairs)
    asked = parser.parse_args()
    write(asked.file, Market(asked.listings, asked.sessions, asked.pairs))


if __name__ == "__main__":
    main()
