"""All signals of a whole market against reading the columns that they need into memory.

The default market has 1,600 listings of 25 years (6 million bars). `WATCHLIST_BENCH_LISTINGS=16000`
gives the full one: 63 million bars, about 10,000 listings alive on an average day, 100,000 pairs of
events and symbols.
"""

from __future__ import annotations

import os
import resource
import tempfile
from functools import partial
from pathlib import Path

import duckdb

from tests.bench.market import FIRST, Market, write
from tests.bench.pairs import Ratio, compare
from watchlist.catalog import Catalog
from watchlist.config import Config
from watchlist.signals.stored import BUFFER_MB, compute_signals
from watchlist.store import last_session

LISTINGS = int(os.environ.get("WATCHLIST_BENCH_LISTINGS", "1600"))


def read(con: duckdb.DuckDBPyConnection) -> None:
    """The columns that the signals need, as numpy arrays."""
    con.execute(
        f"SELECT security_id, (session - DATE '{FIRST}')::INTEGER AS day, open, high, low, close,"
        " volume::DOUBLE AS volume FROM base.bars"
    ).fetchnumpy()


def every_signal(con: duckdb.DuckDBPyConnection, *, kept: bool) -> None:
    """What `watchlist signals` does but for writing: read, measure, judge by the rules.

    Value, z and state of every signal, symbol and session; with `kept`, also the ranks and rows of
    the sessions that a store keeps.
    """
    history = {} if kept else {"history": 1}
    config = Config.model_validate({"study": {"market": "MKT"}, "signals": history})
    nobody = Catalog(securities=(), events=())
    compute_signals(con, nobody, config, as_of=last_session(con, None))


def run() -> list[Ratio]:
    """Reading and computing over reading, and the same with what a store keeps."""
    market = Market(listings=LISTINGS, pairs=LISTINGS * 25 // 4)
    size = f"{LISTINGS:,} listings × {market.sessions:,} sessions, {market.pairs:,} pairs"
    with tempfile.TemporaryDirectory(dir=os.environ.get("WATCHLIST_BENCH_DIR")) as folder:
        file = Path(folder) / "market.duckdb"
        write(file, market)
        with duckdb.connect(str(file), read_only=True) as con:
            con.execute(f"SET memory_limit = '{BUFFER_MB}MiB'")  # as the command does
            every_signal(con, kept=True)
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
            reading = ("read the columns", partial(read, con))
            rounds = 3 if LISTINGS > 5000 else 5
            alone = ("all signals", partial(every_signal, con, kept=False))
            kept = ("all signals, rows of the store too", partial(every_signal, con, kept=True))
            note = f"limit 10; peak memory {peak:.1f} GiB before anything was read whole"
            return [
                compare(size, alone, reading, rounds=rounds, goal=5.0, note=note),
                compare(size, kept, reading, rounds=rounds),
            ]
