"""`watchlist sql` starts nearly as fast as DuckDB itself."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from collections.abc import Sequence

import pytest

from watchlist.project import Project

UNWANTED = {
    "pandas",
    "polars",
    "plotly",
    "yfinance",
    "numpy",
    "pyarrow",
    "pydantic",
    "typer",
    "rich",
}
BARE = "import duckdb; print(duckdb.connect().execute('select 1').fetchall())"
RATIO = 1.6
PAIRS = 9


def test_a_query_loads_duckdb_and_nothing_else_that_is_heavy(demo_project: Project) -> None:
    code = (
        "import sys\n"
        "from watchlist.cli import run\n"
        f"run(['sql', 'select 1', '--project', {str(demo_project.root)!r}])\n"
        "print(' '.join(sorted({m.partition('.')[0] for m in sys.modules})))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(done.stdout.splitlines()[-1].split())
    assert "duckdb" in loaded
    assert not loaded & UNWANTED


def seconds(command: Sequence[str]) -> float:
    start = time.perf_counter()
    subprocess.run(command, capture_output=True, check=True)
    return time.perf_counter() - start


@pytest.mark.slow
def test_a_query_takes_little_longer_than_duckdb(demo_project: Project) -> None:
    """Interleaved pairs, so that a busy machine slows both."""
    ours = [sys.executable, "-m", "watchlist", "sql", "select 1",
            "--project", str(demo_project.root)]  # fmt: skip
    bare = [sys.executable, "-c", BARE]
    seconds(ours), seconds(bare)
    ratios = [seconds(ours) / seconds(bare) for _ in range(PAIRS)]
    assert statistics.median(ratios) <= RATIO, ratios
