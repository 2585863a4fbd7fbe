"""All signals of a whole market against reading the columns that they need into memory.

The default market has 1,600 listings of 25 years (6 million bars). `WATCHLIST_BENCH_LISTINGS=16000`
gives the full one: 63 million bars, about 10,000 listings alive on an average day.
"""

from __future__ import annotations

import os
import resource
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import duckdb
import numpy as np
from numpy.typing import NDArray

from tests.bench.market import Market, write
from tests.bench.pairs import Ratio, compare
from watchlist.signals import REGISTRY, Panel
from watchlist.signals.compute import CHUNK, measure, reserve_heap
from watchlist.signals.panel import benchmark_activity
from watchlist.signals.rolling import Floats
from watchlist.signals.states import states

LISTINGS = int(os.environ.get("WATCHLIST_BENCH_LISTINGS", "1600"))
FIELDS = ("open", "high", "low", "close", "volume")


@dataclass(frozen=True)
class Columns:
    """Bars as stored, sorted by listing and session."""

    first: NDArray[np.int64]
    """Where each listing's bars begin, and the end of the last."""
    row: NDArray[np.int32]
    fields: dict[str, Floats]


def read(con: duckdb.DuckDBPyConnection) -> Columns:
    """The columns that the signals need, as numpy arrays."""
    found = con.execute(
        "SELECT security_id, (session - DATE '2000-01-03')::INTEGER AS day, open, high, low, close,"
        " volume::DOUBLE AS volume FROM base.bars"
    ).fetchnumpy()
    listing = np.asarray(found["security_id"])
    count = int(listing[-1]) + 1
    day = np.asarray(found["day"])
    return Columns(
        first=np.searchsorted(listing, np.arange(count + 1)),
        row=(day // 7 * 5 + day % 7).astype(np.int32),
        fields={name: np.asarray(found[name]) for name in FIELDS},
    )


def panel(
    columns: Columns, chosen: range, sessions: int, market: Floats, activity: Floats
) -> Panel:
    """Dense arrays of some listings."""
    arrays = {name: np.full((sessions, len(chosen)), np.nan) for name in FIELDS}
    for place, listing in enumerate(chosen):
        bars = slice(columns.first[listing], columns.first[listing + 1])
        for name, dense in arrays.items():
            dense[columns.row[bars], place] = columns.fields[name][bars]
    ret = np.full((sessions, len(chosen)), np.nan)
    np.divide(arrays["close"][1:], arrays["close"][:-1], out=ret[1:])
    ret[1:] -= 1.0
    return Panel(
        sessions=np.busday_offset("2000-01-03", np.arange(sessions)),
        symbols=tuple(map(str, chosen)),
        **arrays,
        ret=ret,
        trade_ret=ret,
        factors=market,
        market_of=np.zeros(len(chosen), np.int64),
        sector_of=np.full(len(chosen), -1),
        market_activity=activity,
    )


def every_signal(columns: Columns, sessions: int) -> int:
    """Value, z and state of every signal of every listing; returns how many states spoke."""
    alone = panel(columns, range(1), sessions, np.zeros((sessions, 1)), np.zeros(sessions))
    activity = benchmark_activity(alone.close, alone.volume, [0])
    single = [signal for signal in REGISTRY if not signal.across]
    listings = len(columns.first) - 1
    reserve_heap()

    def work(begin: int) -> int:
        part = panel(
            columns, range(begin, min(begin + CHUNK, listings)), sessions, alone.ret, activity
        )
        return sum(int(np.count_nonzero(states(measure(part, s), s.rule))) for s in single)

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return sum(pool.map(work, range(1, listings, CHUNK)))


def run() -> list[Ratio]:
    """One ratio: reading and computing over reading."""
    market = Market(listings=LISTINGS, pairs=1000)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "market.duckdb"
        write(file, market)
        with duckdb.connect(str(file), read_only=True) as con:
            con.execute("SET memory_limit = '1GB'")  # of its own cache, not of the arrays
            ratio = compare(
                f"signals, {LISTINGS:,} listings × {market.sessions:,} sessions",
                ("read and compute all", lambda: every_signal(read(con), market.sessions)),
                ("read the columns", lambda: read(con)),
                rounds=3 if LISTINGS > 5000 else 5,
                goal=5.0,
            )
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    return [Ratio(**{**ratio.__dict__, "note": f"limit 10; peak memory {peak:.1f} GiB"})]
