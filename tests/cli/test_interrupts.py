"""Real signals at real processes: each ends soon, says one line, and leaves whole files."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import duckdb
import pytest

from tests.conftest import ROOT
from watchlist.project import Project

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="no signals of this kind")

MAIN = """
import os, sys, time
from watchlist import cli
def marked(prepare=cli._prepare_streams, mark=int(sys.argv.pop(1))):
    prepare()
    os.write(mark, b"x")
cli._prepare_streams = marked
{work}
cli.main()
"""
"""Tells when the first line of `main` has run; `work` may stand for the commands."""

LONG_QUERY = "SELECT count(*) FROM range(100000000) a, range(1000) b WHERE hash(a, b) = 1"
COMMANDS = {
    ("sql", "--timeout", "0", LONG_QUERY): 3.0,
    ("sql", "SELECT 1"): 0.4,
    ("query", "run", "biggest-moves"): 0.8,
    ("study", "--on", "2026-01-20"): 3.0,
    ("study", "sweep"): 2.0,
    ("report", "daily"): 4.0,
    ("daily", "--source", "simulated", "--full"): 8.0,
}
"""Each with about the seconds that it takes."""

STOPS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
TWO_SECONDS = 2.0
HANGING = 20.0
AN_EXIT = 0.2
"""That long the system may take to clear away a process that has ended by itself."""


class Command:
    """A running `main` that has heard of signals."""

    def __init__(self, *arguments: str, work: str = "", shell: str = "") -> None:
        told, mark = os.pipe()
        self.process = subprocess.Popen(
            ["sh", "-c", f'{shell}\nexec "$@"', "sh",
             sys.executable, "-c", MAIN.format(work=work), str(mark), *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            pass_fds=[mark],
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )  # fmt: skip
        os.close(mark)
        assert os.read(told, 1) == b"x"
        os.close(told)

    def says(self, words: str) -> None:
        """Wait until the command has written that."""
        assert self.process.stdout is not None
        assert os.read(self.process.stdout.fileno(), len(words)) == words.encode()

    def stop(
        self, number: signal.Signals = signal.SIGINT, *, may_have_ended: bool = False
    ) -> float:
        """Send a signal; seconds until the end."""
        start = time.monotonic()
        self.process.send_signal(number)
        try:
            _, talk = self.process.communicate(timeout=HANGING)
        finally:
            self.process.kill()
        took = time.monotonic() - start
        if may_have_ended and self.process.returncode == 0 and took < AN_EXIT:
            return took
        assert self.process.returncode == 128 + number, talk
        assert "Traceback" not in talk
        assert talk.splitlines()[-1].startswith(f"stopped by {number.name}; "), talk
        return took


def interrupted(project: Project, arguments: tuple[str, ...], rng: random.Random) -> float:
    """Seconds that a command takes to end, told so at a random instant while it runs."""
    after = rng.random() * COMMANDS[arguments]
    number = rng.choice(STOPS)
    simulated = [] if "--source" in arguments else ["--simulated"]
    while True:
        command = Command(*arguments, *simulated, "--project", str(project.root))
        time.sleep(after)
        took = command.stop(number, may_have_ended=True)
        if command.process.returncode:
            return took
        after /= 2


def is_whole(project: Project) -> None:
    """The store opens and has its bars; every twin of a page can be read."""
    with duckdb.connect(str(project.store_file), read_only=True) as con:
        assert con.execute("SELECT count(*) FROM bars").fetchone() != (0,)
    for twin in project.reports_dir.rglob("*.json"):
        json.loads(twin.read_text(encoding="utf-8"))


@pytest.fixture
def project(demo_project: Project, tmp_path: Path) -> Project:
    return Project(shutil.copytree(demo_project.root, tmp_path / "p"), simulated=True)


@pytest.mark.parametrize("arguments", COMMANDS, ids=lambda words: " ".join(words)[:20])
def test_a_command_ends_when_told(project: Project, arguments: tuple[str, ...]) -> None:
    rng = random.Random(" ".join(arguments))
    assert max(interrupted(project, arguments, rng) for _ in range(2)) < HANGING
    is_whole(project)


@pytest.mark.slow
def test_a_hundred_commands_end_within_two_seconds(project: Project) -> None:
    rng = random.Random(130)
    took = [interrupted(project, rng.choice(list(COMMANDS)), rng) for _ in range(100)]
    assert max(took) < TWO_SECONDS, sorted(took)[-5:]
    is_whole(project)


@pytest.mark.parametrize(
    "work",
    [
        "while True:\n        try: time.sleep(600)\n        except BaseException: pass",
        "import hashlib; hashlib.pbkdf2_hmac('sha256', b'', b'', 10**9)",
        "import duckdb; duckdb.sql('FROM range(100000000000)').pl()",
        "import threading; threading.Thread(target=time.sleep, args=[600]).start()",
        "import threading; threading.Lock().acquire() and threading.Barrier(2).wait()",
        "from concurrent.futures import ThreadPoolExecutor\n"
        "    with ThreadPoolExecutor() as pool: list(pool.map(time.sleep, [600] * 99))",
        "import atexit; atexit.register(time.sleep, 600); time.sleep(600)",
        "sys.stdin.read()",
    ],
    ids=["swallows it", "computes in C", "fetches", "thread", "lock", "pool", "exit", "reads"],
)
def test_nothing_holds_the_end(work: str) -> None:
    lines = ("def run(_):", "os.write(1, b'begun')", work, "time.sleep(600)")
    command = Command(work="\n    ".join(lines) + "\ncli.run = run")
    command.says("begun")
    time.sleep(0.1)
    assert command.stop() < HANGING


def test_the_second_signal_ends_at_once() -> None:
    work = (
        "cli.interrupts.GRACE_SECONDS = 600\n"
        "def run(_):\n"
        "    try: os.write(1, b'begun'); time.sleep(600)\n"
        "    finally: os.write(1, b'putting away'); time.sleep(600)\n"
        "cli.run = run"
    )
    command = Command(work=work)
    command.says("begun")
    command.process.send_signal(signal.SIGINT)
    command.says("putting away")
    command.process.send_signal(signal.SIGINT)  # an echo
    time.sleep(0.5)
    assert command.process.poll() is None
    command.stop()


def test_what_a_command_holds_is_put_away() -> None:
    work = (
        "def run(_):\n"
        "    try: os.write(1, b'begun'); time.sleep(600)\n"
        "    finally: time.sleep(0.3); os.write(2, b'put away\\n')\n"
        "cli.run = run"
    )
    command = Command(work=work)
    command.says("begun")
    command.process.send_signal(signal.SIGHUP)
    _, talk = command.process.communicate(timeout=HANGING)
    assert talk.splitlines()[0] == "put away"
    assert command.process.returncode == 129


def test_an_import_is_not_interrupted(tmp_path: Path) -> None:
    """An exception within the import of a C module may end the process by itself."""
    (tmp_path / "slow_to_import.py").write_text(
        "import os, time\n"
        "start = time.monotonic()\n"
        "os.write(1, b'importing ')\n"
        "try:\n"
        "    while time.monotonic() < start + 0.5: pass\n"
        "except BaseException: os.write(1, b'interrupted')\n"
        "else: os.write(1, b'imported')\n"
    )
    work = (
        f"sys.path.insert(0, {str(tmp_path)!r})\n"
        "def run(_):\n"
        "    import slow_to_import\n"
        "    time.sleep(600)\n"
        "cli.run = run\ncli.interrupts.GRACE_SECONDS = 600"
    )
    command = Command(work=work)
    command.says("importing ")
    command.process.send_signal(signal.SIGINT)
    out, talk = command.process.communicate(timeout=HANGING)
    assert (out, command.process.returncode) == ("imported", 130), talk


def test_a_signal_that_was_to_be_ignored_is_ignored() -> None:
    """As under `nohup`, and of Ctrl-C for a job in the background of a script."""
    command = Command(work="cli.run = lambda _: time.sleep(600)", shell="trap '' HUP")
    command.process.send_signal(signal.SIGHUP)
    time.sleep(0.5)
    assert command.process.poll() is None
    command.stop(signal.SIGTERM)


def test_the_pager_ends_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    note = tmp_path / "pager"
    monkeypatch.setenv("PAGER", f'{sys.executable} -c "{_PAGER.format(note=note)}"')
    work = (
        "from watchlist.cli import output\n"
        "sys.stdout.isatty = lambda: True\n"
        "cli.run = lambda _: output.page('line\\n' * 500)"
    )
    command = Command(work=work)
    while not note.exists():
        time.sleep(0.01)
    command.stop()
    with pytest.raises(ProcessLookupError):
        os.kill(int(note.read_text()), 0)


_PAGER = (
    "import os, pathlib, time; part = pathlib.Path('{note}.part'); "
    "part.write_text(str(os.getpid())); part.replace('{note}'); time.sleep(600)"
)


def test_a_bug_is_told_with_its_traceback() -> None:
    command = Command(work="def run(_): raise ImportError('no module')\ncli.run = run")
    _, talk = command.process.communicate(timeout=HANGING)
    assert command.process.returncode == 1
    assert talk.startswith("Traceback")
    assert talk.endswith("ImportError: no module\n")
