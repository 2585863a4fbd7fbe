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

LOADED = """
import sys
from watchlist.cli import run
from watchlist.sql import present

def loaded():
    return ' '.join(sorted({m.partition('.')[0] for m in sys.modules})) + '\\n'

def write(con, statement, parameters, sink, _write=present.write, **how):
    shown = _write(con, statement, parameters, sink, **how)
    sink(loaded().encode())
    return shown

present.write = write
run(['sql', 'select 1', '--format', 'csv', '--project', sys.argv[1]])
print(loaded())
"""


def test_a_query_loads_duckdb_and_nothing_else_that_is_heavy(demo_project: Project) -> None:
    done = subprocess.run(
        [sys.executable, "-c", LOADED, str(demo_project.root)],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    reader, asker = (set(line.split()) for line in done.stdout.splitlines()[2:4])
    assert "duckdb" in reader
    assert not reader & UNWANTED
    assert not asker & {"duckdb", *UNWANTED}
