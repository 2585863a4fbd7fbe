"""The second process of a night: it shares work, and nothing depends on its being there."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from watchlist.project import packaged
from watchlist.steps import helper
from watchlist.steps.helper import alone, open_helper

ROOT = packaged("queries").parent
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks for processes in /proc")

HERE = os.getpid()
"""In the helper, which loads this module anew, it is the helper's own."""


@pytest.fixture(autouse=True)
def _two_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(helper, "_cores", lambda: 2)


def whose(number: int, seconds: float) -> tuple[int, int]:
    time.sleep(seconds)
    return number, HERE


def refused(number: int) -> int:
    raise ValueError(f"no {number}")


def only_here(number: int, here: int) -> int:
    """Ends the helper, as if it had been killed for its memory."""
    if os.getpid() != here:
        os.kill(os.getpid(), signal.SIGKILL)
    return number


def test_both_work_and_every_result_has_its_number() -> None:
    with open_helper(__name__) as share:
        list(share(whose, [(0, 0.0)]))  # by then it is there
        found = dict(share(whose, [(number, 0.05) for number in range(10)]))
    assert sorted(found) == list(range(10))
    assert all(number == found[number][0] for number in found)
    assert len({process for _, process in found.values()}) == 2
    assert not _children()


def test_it_begins_before_the_results_are_asked_for() -> None:
    with open_helper(__name__) as share:
        list(share(whose, [(0, 0.0)]))
        parts = share(whose, [(0, 0.0)])
        time.sleep(0.5)
        [(_, (_, process))] = parts
    assert process != HERE


def test_an_error_is_raised_here() -> None:
    with open_helper(__name__) as share, pytest.raises(ValueError, match="no 1"):
        list(share(refused, [(1,)]))


def test_the_death_of_the_helper_harms_nothing() -> None:
    with open_helper(__name__) as share:
        calls = [(number, HERE) for number in range(5)]
        assert dict(share(only_here, calls)) == dict(alone(only_here, calls))


def test_what_the_dead_helper_did_not_read_harms_nothing() -> None:
    with open_helper() as share:
        [child] = _children()
        os.kill(child, signal.SIGKILL)
        assert dict(share(len, [(b"x" * 1_000_000,)] * 3)) == dict.fromkeys(range(3), 1_000_000)


def test_with_one_core_there_is_no_helper(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(helper, "_cores", lambda: 1)
    with open_helper(__name__) as share:
        assert not _children()
        assert dict(share(whose, [(7, 0.0)])) == {0: (7, HERE)}


@pytest.mark.parametrize("when", ["starting", "building"])
def test_an_interrupted_night_ends_both_processes(tmp_path: Path, when: str) -> None:
    """As a terminal does it: Ctrl-C goes to the whole group of processes."""
    process = subprocess.Popen(
        [sys.executable, "-m", "watchlist", "daily", "--source", "simulated", "--on", "2026-02-04"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    build = tmp_path / ".watchlist" / "watchlist-simulated.build.duckdb"
    while process.poll() is None and not (
        _children(process.pid) if when == "starting" else build.exists()
    ):
        time.sleep(0.005)
    begun = _children(process.pid)
    os.killpg(process.pid, signal.SIGINT)
    _, talk = process.communicate(timeout=60)
    assert process.returncode == 130, talk
    assert "Traceback" not in talk
    assert not build.exists()
    assert len(begun) == 1
    _wait_for_the_end_of(*begun)


def test_a_killed_night_leaves_no_helper() -> None:
    program = (
        "import sys, time; from watchlist.steps.helper import open_helper\n"
        "with open_helper('json'): print('there', flush=True); time.sleep(60)"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", program],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "there\n"
    [child] = _children(process.pid)
    process.kill()
    process.communicate(timeout=60)
    _wait_for_the_end_of(child)


def _wait_for_the_end_of(*processes: int) -> None:
    deadline = time.monotonic() + 20
    while any(Path(f"/proc/{process}").exists() for process in processes):
        assert time.monotonic() < deadline
        time.sleep(0.02)


def _children(parent: int | None = None) -> set[int]:
    """Processes that another one began and that still run."""
    found = set()
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            name, _, rest = stat.read_text().rpartition(") ")
        except OSError:
            continue
        state, began = rest.split()[:2]
        if int(began) == (parent or os.getpid()) and state != "Z":
            found.add(int(name.split(" ", 1)[0]))
    return found
