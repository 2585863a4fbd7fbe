"""Whole stores for tests, built once a run: the demo's simulated one, and one from real bars."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import date, datetime
from pathlib import Path

import pytest

from watchlist import store
from watchlist.catalog import load_catalog
from watchlist.clock import SystemClock
from watchlist.config import Config
from watchlist.project import Project
from watchlist.scaffold import write_project
from watchlist.sources import open_source
from watchlist.steps.pull import run_pull
from watchlist.steps.signals import run_signals
from watchlist.steps.study import run_study

DEMO_ON = date(2026, 2, 6)
REAL_ON = date(2026, 7, 31)


class FixedClock(SystemClock):
    """A clock that stands still, so that two builds say the same."""

    def now(self) -> datetime:
        return datetime.fromisoformat("2026-08-02T12:00:00+00:00")


def build(folder: Path, source: str, on: date, *, simulated: bool) -> Project:
    """A project whose store holds bars, studies and signals, as `daily` leaves it."""
    write_project(folder, source=source)
    project, config, clock = Project(folder, simulated), Config(source=source), FixedClock()
    catalog = load_catalog(project)
    bars = open_source(source, config, project, clock)

    def quiet(done: int, total: int, what: str) -> None:
        """No progress bar."""

    with store.open_build(project, clock, "test") as work:
        pulled = run_pull(
            work, catalog, bars, on=on, since=None, full=False, clock=clock, step=quiet
        )
        run_study(work.con, catalog, config, as_of=pulled.as_of, step=quiet)
        run_signals(work.con, catalog, config, as_of=pulled.as_of, step=quiet)
        work.publish()
    return project


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
