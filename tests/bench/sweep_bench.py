"""A whole market: the sweep's process against reading the bars once, and against SQL alone.

`WATCHLIST_BENCH_LISTINGS` makes the largest market smaller than 16,000 listings. Also writes
`cost.svg`: seconds by number of listings at fixed pairs, and by pairs at fixed listings.
"""

from __future__ import annotations

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import duckdb
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from tests.bench.market import Market, write
from tests.bench.pairs import Ratio, compare, process

HERE = Path(__file__).parent
LISTINGS = int(os.environ.get("WATCHLIST_BENCH_LISTINGS", "16000"))
PAIRS = 100_000
BATTERY = "patell,bmp,kp,corrado,generalized-sign,grank-t"
"""What the closest peer with a full battery has; `--tests all` is measured beside it."""

READ = """\
import duckdb, sys
con = duckdb.connect(sys.argv[1], read_only=True)
query = "SELECT (session - DATE '1970-01-01')::INTEGER AS day, close FROM base.bars"
con.execute(query).fetchnumpy()
"""
SCAN = """\
import duckdb, sys
con = duckdb.connect(sys.argv[1], read_only=True)
con.execute("SELECT max(symbol), max(session), sum(close) FROM bars").fetchall()
"""
"""Ticker, date and price, as anybody asks for them."""

SCAN_INTEGERS = """\
import duckdb, sys
con = duckdb.connect(sys.argv[1], read_only=True)
con.execute("SELECT max(security_id), max(session), sum(close) FROM base.bars").fetchall()
"""
SQL = """\
import duckdb, sys
con = duckdb.connect(sys.argv[1], read_only=True)
print(con.execute(open(sys.argv[2]).read()).fetchall())
"""


def run() -> list[Ratio]:
    """The ratios at the largest size, and the chart of costs."""
    with tempfile.TemporaryDirectory(dir=os.environ.get("WATCHLIST_BENCH_DIR")) as name:
        folder = Path(name)
        by_listings = [
            (n, _cost(folder, Market(listings=n, pairs=4_000)))
            for n in (100, 1_000, 4_000)
            if n < LISTINGS
        ]
        store = _store(folder, Market(listings=LISTINGS, pairs=PAIRS))
        ratios = _ratios(store)
        by_listings.append((LISTINGS, _seconds(_sweep(store, pairs=4_000))))
        by_pairs = [(n, _seconds(_sweep(store, pairs=n))) for n in (1_000, 10_000, PAIRS)]
        _chart(by_listings, by_pairs)
        return ratios


def _ratios(store: Path) -> list[Ratio]:
    size = f"{LISTINGS:,} listings, {_bars(store):,} bars, {PAIRS:,} pairs"
    battery, everything = _sweep(store, tests=BATTERY), _sweep(store, tests="all")
    read = process([sys.executable, "-c", READ, str(store)])
    scan = process([sys.executable, "-c", SCAN, str(store)])
    integers = process([sys.executable, "-c", SCAN_INTEGERS, str(store)])
    sql = process([sys.executable, "-c", SQL, str(store), str(HERE / "sql_engine.sql")])

    def warm() -> None:
        """The whole file into the page cache: a sweep leaves a new one, which is not in it."""
        with store.open("rb") as file:
            while file.read(1 << 24):
                pass

    peak = _peak(store)
    mine = "sweep, full battery, results stored"
    wanted = partial(compare, size, before=warm)
    ours, all_tests = (mine, battery), ("sweep, all 17 tests", everything)
    same = ("sweep, Patell and BMP, results stored", _sweep(store, tests="patell,bmp"))
    by_sql = ("SQL alone: Patell, BMP, nothing stored", sql)
    profile = _profile(store)
    return [
        wanted(ours, ("read date and price", read), goal=3.0, note=peak),
        wanted(ours, ("scan symbol, date and price in DuckDB", scan), goal=4.5, note=profile),
        wanted(ours, ("scan the same by integer ids", integers)),
        wanted(ours, by_sql, goal=3.0, smaller_is_better=False),
        wanted(same, by_sql, smaller_is_better=False),
        wanted(all_tests, ("read date and price", read)),
    ]


def _peak(store: Path) -> str:
    """Peak memory of a sweep, in words."""
    code = (
        "import resource, subprocess, sys; subprocess.run(sys.argv[1:], check=True, "
        "capture_output=True); "
        "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
    )
    command = [sys.executable, "-c", code, *_command(store.parent, BATTERY)]
    kib = int(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return f"peak memory {kib * 1024 / 1e9:.2f} GB, goal below 2.5"


def _profile(store: Path) -> str:
    """Where the time of one sweep goes, in words."""
    command = [sys.executable, "-m", "tests.bench.stages", str(store.parent), BATTERY]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    found = json.loads(done.stdout.splitlines()[-1])
    stages = sorted(found["stages"].items(), key=lambda item: -item[1])
    shares = ", ".join(f"{name} {100 * spent / found['cpu']:.0f} %" for name, spent in stages)
    return f"of the CPU time of one sweep: {shares}"


def _store(folder: Path, market: Market) -> Path:
    place = folder / f"m{market.listings}"
    place.mkdir()
    file = place / "watchlist-simulated.duckdb"
    write(file, market)
    return file


def _sweep(store: Path, pairs: int = PAIRS, tests: str = "all") -> Callable[[], object]:
    """The command as a person runs it, on the first pairs of the store."""
    place = store.parent
    if pairs < PAIRS and place.name == f"m{LISTINGS}":
        place = place.with_name(f"{place.name}-{pairs}")
        place.mkdir(exist_ok=True)
        shutil.copyfile(store, place / store.name)
        with duckdb.connect(str(place / store.name)) as con:
            con.execute(
                "DELETE FROM base.event_targets WHERE event_id >= "
                f"(SELECT event_id FROM base.events ORDER BY event_id LIMIT 1 OFFSET {pairs // 10})"
            )
    return process(_command(place, tests))


def _command(place: Path, tests: str) -> list[str]:
    words = ["study", "sweep", "--simulated", "--market", "MKT", "--window=-10:10"]
    return [sys.executable, "-m", "watchlist", *words, "--tests", tests, "--project", str(place)]


def _cost(folder: Path, market: Market) -> float:
    return _seconds(_sweep(_store(folder, market), pairs=PAIRS))


def _seconds(work: Callable[[], object], rounds: int = 3) -> float:
    found = []
    for _ in range(rounds):
        begin = time.perf_counter()
        work()
        found.append(time.perf_counter() - begin)
    return statistics.median(found)


def _bars(store: Path) -> int:
    with duckdb.connect(str(store), read_only=True) as con:
        row = con.execute("SELECT count(*) FROM base.bars").fetchone()
    assert row is not None
    return int(row[0])


def _chart(by_listings: list[tuple[int, float]], by_pairs: list[tuple[int, float]]) -> None:
    """Log-log: a straight line of slope one is linear cost."""
    if shutil.which("chromium") is None:
        print("cost.svg stays as it is: drawing it needs Chromium", file=sys.stderr)
        return
    titles = ("by listings, 4,000 pairs", f"by pairs, {LISTINGS:,} listings")
    figure = make_subplots(cols=2, subplot_titles=titles, shared_yaxes=True)
    for column, points in enumerate((by_listings, by_pairs), start=1):
        x, y = zip(*points, strict=True)
        figure.add_trace(go.Scatter(x=x, y=y, mode="lines+markers"), row=1, col=column)
    figure.update_xaxes(type="log")
    figure.update_yaxes(type="log", title_text="seconds, whole process", col=1)
    figure.update_layout(showlegend=False, width=900, height=360, template="plotly_white")
    figure.write_image(HERE / "cost.svg")
