"""Light commands stay light: what a command line loads is a contract."""

from __future__ import annotations

import subprocess
import sys

HEAVY = {"polars", "duckdb", "pandas", "numpy", "plotly", "yfinance", "scipy", "pyarrow", "jinja2"}


def modules_after(*arguments: str) -> set[str]:
    """Top-level modules loaded when `watchlist ARGUMENTS` ends."""
    code = (
        "import sys\n"
        "from watchlist.cli import run\n"
        "assert run(sys.argv[1:]) == 0\n"
        "print('\\n' + ' '.join(sorted({m.partition('.')[0] for m in sys.modules})))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=True
    )
    return set(done.stdout.splitlines()[-1].split())


def test_help_loads_nothing_heavier_than_typer() -> None:
    assert not modules_after("--help") & HEAVY


def test_help_of_a_command_loads_nothing_heavier_than_typer() -> None:
    assert not modules_after("daily", "--help") & HEAVY
