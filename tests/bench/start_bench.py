"""Start-up: what a person waits for before anything happens."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from tests.bench.pairs import Ratio, compare, process
from watchlist.cli import build_app

BARE_TYPER = """\
import typer
app = typer.Typer(help="bare", no_args_is_help=True)
{commands}
app()
"""


def run() -> list[Ratio]:
    """`watchlist --help` against a bare typer app with as many commands."""
    count = len(build_app().registered_commands) + len(build_app().registered_groups)
    commands = "\n".join(
        f"@app.command()\ndef c{i}(a: str = 'x', b: int = 1) -> None:\n    'Do {i}.'"
        for i in range(count)
    )
    with tempfile.TemporaryDirectory() as folder:
        bare = Path(folder) / "bare.py"
        bare.write_text(BARE_TYPER.format(commands=commands))
        return [
            compare(
                "watchlist --help",
                ("watchlist --help", process([sys.executable, "-m", "watchlist", "--help"])),
                (
                    f"a bare typer app, {count} commands",
                    process([sys.executable, str(bare), "--help"]),
                ),
                rounds=9,
                goal=1.15,
            )
        ]
