"""`watchlist sql` loads little more than DuckDB; the benchmarks time it."""

from __future__ import annotations

import subprocess
import sys

from watchlist.project import Project

UNWANTED = {
    "pandas",
    "polars",
    "plotly",
    "yfinance",
    "numpy",
    "pyarrow",
    "rich",
}


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
