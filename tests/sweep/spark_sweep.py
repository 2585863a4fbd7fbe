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
from datetime import date
from pathlib import Path

import duckdb
import pyarrow as pa
from pyspark.sql import SparkSession

from tests.sweep.market_files import DESIGN
from watchlist.steps import sweep_market
from watchlist.steps.executors import Local, Spark
from watchlist.study.sweep import result_schema

LATE = date(2030, 1, 1)


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
    sweep_market.SECURITIES = 8
    con = duckdb.connect(store, read_only=True)
    market = sweep_market.read_market(con, DESIGN, LATE)
    units = sorted(set((market.pairs.security // sweep_market.SECURITIES).tolist()))
    load, work = sweep_market.make_units(con, market, DESIGN, LATE)
    schema = result_schema(DESIGN)
    local = pa.concat_tables(Local(2).run(units, load, work, schema))

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
    far = pa.concat_tables(Spark(session, batch=4).run(units, load, work, schema))
    equal = all(
        far[name].combine_chunks().equals(local[name].combine_chunks())
        or _bits(far[name]) == _bits(local[name])
        for name in schema.names
    )
    session.stop()
    print(json.dumps({"equal": equal, "rows": len(far), "lost": lost}))


def _bits(column: pa.ChunkedArray) -> bytes:
    """The numbers of a column as bytes: NaN equals NaN."""
    whole = column.combine_chunks()
    flat = whole.flatten() if pa.types.is_fixed_size_list(whole.type) else whole
    return bytes(flat.to_numpy(zero_copy_only=False).tobytes())


if __name__ == "__main__":
    main(sys.argv[1], "kill" in sys.argv[2:])
