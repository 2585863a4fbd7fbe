"""Start-up, and a whole night: what a person or cron waits for."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from datetime import date, timedelta
from pathlib import Path

from typer.models import TyperInfo

from tests.bench.pairs import Ratio, compare, process
from watchlist.cli import build_app
from watchlist.cli.project import DEMO_SESSION

BARE_TYPER = """\
import json, sys
import typer
def add(group, name):
    @group.command(name)
    def command(a: str = "x", b: int = 1) -> None:
        "Do it."
app = typer.Typer(help="bare", no_args_is_help=True)
for i, size in enumerate(json.loads(sys.argv.pop(1))):
    if not size:
        add(app, f"c{i}")
        continue
    group = typer.Typer(help="A group.")
    app.add_typer(group, name=f"g{i}")
    for j in range(size):
        add(group, f"c{j}")
app()
"""
"""Its first argument has a number for each command: 0, or how many a group holds."""

LIST_IMPORTS = """\
import sys
from watchlist.cli import main
try:
    main()
finally:
    own = {*sys.stdlib_module_names, "watchlist", "__main__"}
    with open("imports.txt", "w") as out:
        for name, module in list(sys.modules.items()):
            if name.partition(".")[0] not in own and getattr(module, "__spec__", None):
                print(name, file=out)
"""

BARE_IMPORTS = """\
from importlib import import_module
for name in open("imports.txt").read().split():
    import_module(name)
"""

NIGHTS = 6
"""A warm-up and five rounds; the sessions that follow the demo's have no holiday for so long."""


def run() -> list[Ratio]:
    """`watchlist --help` and `watchlist daily` against what they cannot do without."""
    with tempfile.TemporaryDirectory() as folder:
        return [_help(Path(folder)), _daily(Path(folder))]


def _help(folder: Path) -> Ratio:
    """Against a bare typer app with as many commands in as many groups."""
    app = build_app()
    sizes = [0] * len(app.registered_commands) + [_size(g) for g in app.registered_groups]
    bare = folder / "bare.py"
    bare.write_text(BARE_TYPER)
    count = sizes.count(0) + sum(sizes)
    return compare(
        "watchlist --help",
        ("watchlist --help", process([sys.executable, "-m", "watchlist", "--help"])),
        (
            f"a bare typer app, {count} commands",
            process([sys.executable, str(bare), json.dumps(sizes), "--help"]),
        ),
        rounds=9,
        goal=1.15,
    )


def _size(group: TyperInfo) -> int:
    """Commands of a group."""
    assert group.typer_instance is not None
    return len(group.typer_instance.registered_commands)


def _daily(folder: Path) -> Ratio:
    """One new session of the packaged watchlist, every night another, against its imports.

    The simulated source answers at once, so nothing waits for a network. What is imported is
    asked of a night itself, after the one that fills the store.
    """
    project = folder / "nights"
    _python(folder, "-m", "watchlist", "demo", str(project))
    days = iter(_weekdays_after(DEMO_SESSION))
    nightly = ["daily", "--project", str(project), "--on"]
    _python(folder, "-c", LIST_IMPORTS, *nightly, next(days))
    modules = (folder / "imports.txt").read_text().split()
    libraries = {name.partition(".")[0] for name in modules}
    return compare(
        "watchlist daily",
        (
            "an ordinary night, one new session",
            lambda: _python(folder, "-m", "watchlist", *nightly, next(days)),
        ),
        ("the imports it needs", lambda: _python(folder, "-c", BARE_IMPORTS)),
        rounds=NIGHTS - 1,
        goal=2.5,
        note=f"{len(modules)} modules of {len(libraries)} third-party packages are imported",
    )


def _python(folder: Path, *arguments: str) -> None:
    subprocess.run([sys.executable, *arguments], cwd=folder, check=True, capture_output=True)


def _weekdays_after(day: date) -> list[str]:
    following = (day + timedelta(days=number) for number in range(1, 365))
    return [day.isoformat() for day in following if day.weekday() < 5]
