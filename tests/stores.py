"""Whole stores for tests, built once a run: the demo's simulated one, and one from real bars."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import date, datetime
from pathlib import Path

import pytest

from watchlist.cli.project import DEMO_SESSION
from watchlist.clock import SystemClock
from watchlist.config import Config
from watchlist.daily import run_daily
from watchlist.project import Project
from watchlist.scaffold import write_project

DEMO_ON = DEMO_SESSION
REAL_ON = date(2026, 7, 31)


class FixedClock(SystemClock):
    """A clock that stands still, so that two builds say the same."""

    def now(self) -> datetime:
        return datetime.fromisoformat("2026-08-02T12:00:00+00:00")


def build(folder: Path, source: str, on: date, *, simulated: bool) -> Project:
    """A project as `daily` leaves it: store and report."""
    write_project(folder, source=source)
    project = Project(folder, simulated)
    run_daily(
        project,
        Config(source=source),
        on=on,
        full=False,
        skip_bad=False,
        clock=FixedClock(),
        progress=silence,
    )
    return project


@contextmanager
def silence(title: str) -> Iterator[Callable[[int, int, str], None]]:
    """No progress bar."""
    yield lambda done, total, what: None


def once(
    factory: pytest.TempPathFactory, name: str, make: Callable[[Path], Project], simulated: bool
) -> Project:
    """Built by the first test process that asks; the others wait for it."""
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID", str(os.getpid()))
    folder = factory.getbasetemp().parent / f"stores-{run}" / name
    folder.parent.mkdir(parents=True, exist_ok=True)
    done, failed = folder.with_suffix(".done"), folder.with_suffix(".failed")
    try:
        folder.mkdir()
    except FileExistsError:
        for _ in range(1200):
            if done.exists():
                return Project(folder, simulated)
            if failed.exists():
                break
            time.sleep(0.25)
        pytest.fail(f"the {name} store could not be built")
    try:
        project = make(folder)
    except BaseException:
        with suppress(OSError):
            failed.touch()
        raise
    done.touch()
    return project


@pytest.fixture(scope="session")
def demo_project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The store that `watchlist demo` makes: simulated prices."""

    def make(folder: Path) -> Project:
        return build(folder, "simulated", DEMO_ON, simulated=True)

    return once(tmp_path_factory, "demo", make, simulated=True)


@pytest.fixture(scope="session")
def real_project(tmp_path_factory: pytest.TempPathFactory, shared: Path) -> Project:
    """A store from the real bars."""

    def make(folder: Path) -> Project:
        return build(folder, str(shared / "bars" / "bars.parquet"), REAL_ON, simulated=False)

    return once(tmp_path_factory, "real", make, simulated=False)
