"""Run in a process of its own: a sweep on a real local cluster, and one on this process's threads.

`python -m tests.sweep.spark_sweep STORE [kill]` prints one JSON line: are the results equal to the
bit, and how many executors were lost.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
import time
from pathlib import Path

import duckdb
import numpy as np
from pyspark.sql import SparkSession

from tests.sweep.market_files import CONFIG, DESIGN, LATE
from watchlist.study import pieces
from watchlist.study.models import Fits
from watchlist.study.pairs import make_pairs
from watchlist.study.pieces import Executor, Spark, Threads
from watchlist.study.stored import read_axes


def executor_processes() -> list[int]:
    """Process ids of the executors that this process's cluster started."""
    found = []
    for place in Path("/proc").glob("[0-9]*"):
        try:
            words = (place / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        if b"org.apache.spark.executor.CoarseGrainedExecutorBackend" in words and any(
            f":{os.environ['WATCHLIST_DRIVER_PORT']}".encode() in word for word in words
        ):
            found.append(int(place.name))
    return found


def main(store: str, kill: bool) -> None:
    """Compare the executors."""
    pieces.SECURITIES = 8
    con = duckdb.connect(store, read_only=True)
    held = read_axes(con, CONFIG, as_of=LATE, estimation=DESIGN.estimation)
    pairs, _ = make_pairs(held.axes, held.events, DESIGN, {})

    def fits(executor: Executor) -> Fits:
        return pieces.open_returns(con, held, DESIGN, pairs, executor, LATE).fit(pairs)

    local = fits(Threads(2))

    port = os.environ["WATCHLIST_DRIVER_PORT"]
    session = (
        SparkSession.builder.master("local-cluster[2,1,1024]")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.driver.port", port)
        .config("spark.ui.enabled", "false")
        .config("spark.executorEnv.PYTHONPATH", os.environ["PYTHONPATH"])
        .config("spark.executor.memory", "1g")
        .getOrCreate()
    )
    session.sparkContext.setLogLevel("ERROR")
    session.range(4).repartition(2).count()  # both executors are up
    lost = 0
    if kill:
        victim = executor_processes()[0]

        def shoot() -> None:
            time.sleep(1.0)
            os.kill(victim, signal.SIGKILL)

        threading.Thread(target=shoot).start()
        lost = 1
    far = fits(Spark(session, batch=4))
    equal = all(_bits(far.columns[name]) == _bits(each) for name, each in local.columns.items())
    session.stop()
    print(json.dumps({"equal": equal, "rows": len(far.alpha), "lost": lost}))


def _bits(values: np.ndarray) -> bytes:
    """NaN equals NaN, and nothing else is equal but what is."""
    return values.dtype.str.encode() + str(values.shape).encode() + values.tobytes()


if __name__ == "__main__":
    main(sys.argv[1], "kill" in sys.argv[2:])
