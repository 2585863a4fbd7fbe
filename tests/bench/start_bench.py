"""Start-up, and a whole night: what a person or cron waits for."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from datetime import timedelta
from pathlib import Path

from tests.bench.pairs import Ratio, compare, process
from watchlist.calendar import sessions
from watchlist.cli.commands import COMMANDS
from watchlist.cli.project import DEMO_SESSION

BARE_TYPER = """\
import sys
import typer
app = typer.Typer(help="bare", no_args_is_help=True)
for i in range(int(sys.argv.pop(1))):
    @app.command(f"c{i}")
    def command(a: str = "x", b: int = 1) -> None:
        "Do it."
app()
"""
"""Its first argument is the number of its commands."""

LIST_IMPORTS = """\
import builtins, sys
real, asked = builtins.__import__, {}
def noting(name, globals=None, locals=None, fromlist=(), level=0):
    if level == 0 and (globals or {}).get("__name__", "").partition(".")[0] == "watchlist":
        asked[name] = None
    return real(name, globals, locals, fromlist, level)
builtins.__import__ = noting
night, own = sys.argv.pop(1), {*sys.stdlib_module_names, "watchlist", "tests", "__main__"}
def write(path, names):
    with open(path, "w") as out:
        print(*(n for n in names if n.partition(".")[0] not in own), sep="\\n", file=out)
try:
    exec(night)
finally:
    write("imports.txt", [n for n, m in sys.modules.items() if getattr(m, "__spec__", None)])
    write("asked.txt", [n for n in asked if n in sys.modules])
"""
"""Runs a night and writes what it loaded, and what of it our own modules ask for by name."""

IMPORT = """\
import sys
from importlib import import_module
for name in sys.stdin.read().split():
    import_module(name)
"""

NIGHT = """\
import sys
from watchlist.cli import run
sys.exit(run(sys.argv[1:]))
"""

YAHOO_NIGHT = """\
import sys
from tests.loopback import yfinance_at
from watchlist.cli import run
with yfinance_at(sys.argv.pop(1)):
    sys.exit(run(sys.argv[1:]))
"""
"""The real client; only the host in its addresses is another."""

ROUNDS = 5


def run() -> list[Ratio]:
    """`watchlist --help` and `watchlist daily` against what they cannot do without."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        (place / "simulated").mkdir()
        (place / "yahoo").mkdir()
        return [
            _help(place),
            _simulated(place / "simulated"),
            _query(place / "simulated" / "project"),
            *_yahoo(place / "yahoo"),
        ]


def _help(folder: Path) -> Ratio:
    """Against a bare typer app with as many commands on its front page."""
    count = len(COMMANDS)
    bare = folder / "bare.py"
    bare.write_text(BARE_TYPER)
    return compare(
        "watchlist --help",
        ("watchlist --help", process([sys.executable, "-m", "watchlist", "--help"])),
        (
            f"a bare typer app, {count} commands",
            process([sys.executable, str(bare), str(count), "--help"]),
        ),
        rounds=15,
        goal=1.15,
    )


def _query(project: Path) -> Ratio:
    """A query of no work against DuckDB with the same one."""
    query = "select 1"
    ours = ["-m", "watchlist", "sql", query, "--simulated", "--project", str(project)]
    bare = ["-c", f"import duckdb; print(duckdb.connect().execute({query!r}).fetchall())"]
    return compare(
        "watchlist sql",
        (f"watchlist sql '{query}'", process([sys.executable, *ours])),
        ("one process with DuckDB alone", process([sys.executable, *bare])),
        rounds=15,
        goal=2.5,
    )


def _simulated(folder: Path) -> Ratio:
    """The simulated source answers at once, but brings neither yfinance nor pandas."""
    _python(folder, "-m", "watchlist", "demo", "project")
    nights = _Nights(folder, NIGHT)
    return compare(
        "watchlist daily, simulated source",
        ("an ordinary night, one new session", nights.next),
        ("one process with the same imports", lambda: _import(folder, nights.loaded)),
        rounds=ROUNDS,
        goal=2.5,
        note=f"{nights.told}; the simulated source needs no yfinance and no pandas",
    )


def _yahoo(folder: Path) -> list[Ratio]:
    """The packaged watchlist from Yahoo, through the real yfinance, with no network to wait for."""
    with subprocess.Popen(
        [sys.executable, "-m", "tests.bench.yahoo_server"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as server:
        assert server.stdout is not None
        url = server.stdout.readline().strip()
        _python(folder, "-m", "watchlist", "init", "project")
        first = ["daily", "--project", "project", "--on", DEMO_SESSION.isoformat()]
        _python(folder, "-c", YAHOO_NIGHT, url, *first)
        nights = _Nights(folder, YAHOO_NIGHT, url)
        what = "an ordinary night, one new session of 23 symbols"
        served = "the real yfinance asks a server on this machine that answers at once"
        found = [
            compare(
                "watchlist daily, Yahoo through yfinance",
                (what, nights.next),
                ("one process with the same imports", lambda: _import(folder, nights.loaded)),
                rounds=ROUNDS,
                goal=2.5,
                note=f"{nights.told}; {served}",
            ),
            compare(
                "watchlist daily, Yahoo through yfinance, by package",
                (what, nights.next),
                (
                    f"the bare imports of {len(nights.packages)} packages, a process each",
                    lambda: [_import(folder, names) for names in nights.packages.values()],
                ),
                rounds=ROUNDS,
                goal=2.5,
                note="what our own modules import by name, package by package, in bare processes "
                f"one after another: {', '.join(nights.packages)}; {served}",
            ),
        ]
        server.communicate()
    return found


class _Nights:
    """Nights of one project, each with the session that follows; the first tells the imports."""

    def __init__(self, folder: Path, code: str, *given: str) -> None:
        self.folder, self.code, self.given = folder, code, given
        following = sessions(["XNYS"], DEMO_SESSION, DEMO_SESSION + timedelta(days=60))["session"]
        self._days = iter(following.to_list()[1:])
        self._run("-c", LIST_IMPORTS, code)
        self.loaded = (folder / "imports.txt").read_text().split()
        self.packages: dict[str, list[str]] = {}
        """Modules that ours import by name, package by package."""
        for name in sorted((folder / "asked.txt").read_text().split()):
            self.packages.setdefault(name.partition(".")[0], []).append(name)

    @property
    def told(self) -> str:
        """What is imported, in words."""
        libraries = {name.partition(".")[0] for name in self.loaded}
        return f"{len(self.loaded)} modules of {len(libraries)} third-party packages are imported"

    def next(self) -> None:
        """Run the night of the next session."""
        self._run("-c", self.code)

    def _run(self, *python: str) -> None:
        day = next(self._days).isoformat()
        nightly = ["daily", "--project", "project", "--on", day]
        _python(self.folder, *python, *self.given, *nightly)


def _import(folder: Path, names: list[str]) -> None:
    """A bare process that imports these modules."""
    _python(folder, "-c", IMPORT, given="\n".join(names))


def _python(folder: Path, *arguments: str, given: str = "") -> None:
    subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        input=given,
        text=True,
        check=True,
        capture_output=True,
    )
