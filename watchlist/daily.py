"""The daily run on one page: pull, study, signals, report."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from watchlist import store
from watchlist.catalog import load_catalog
from watchlist.clock import Clock
from watchlist.config import Config
from watchlist.project import Project
from watchlist.report.site import write_daily
from watchlist.signals.stored import judge_if_due, run_signals
from watchlist.sources import open_source
from watchlist.store.pull import pull_bars
from watchlist.study.stored import run_study, write_session_abnormal

Progress = Callable[[str], AbstractContextManager[Callable[[int, int, str], None]]]
"""Opens a progress bar with a title; the bar takes (done, total, what)."""


@dataclass(frozen=True)
class DailyResult:
    """What a daily run ends with."""

    report: Path
    """The HTML page of the day."""

    as_of: date
    """The last session that the report knows."""

    failed: tuple[str, ...]
    """Symbols that could not be fetched; the report names them first."""

    talk: tuple[str, ...]
    """What a person wants to hear at the end, line by line."""


def run_daily(
    project: Project,
    config: Config,
    *,
    on: date | None,
    full: bool,
    skip_bad: bool,
    clock: Clock,
    progress: Progress,
) -> DailyResult:
    """Bring the store up to date and write the report of one session.

    Raises
    ------
    NothingNewError
        No symbol could be fetched; store and reports stay as they were.
    StoreBusyError
        Another run is building.
    ConfigError, CatalogError
        The user's files are wrong; nothing was begun.
    """
    catalog = load_catalog(project)
    source = open_source(config.source, config, project, clock, skip_bad=skip_bad)

    with store.open_build(project, clock) as build:
        with progress("pull") as step:
            pulled = pull_bars(
                build, catalog, source, on=on, since=None, full=full, clock=clock, step=step
            )
        store.checks.record(build.con, build.started_at)
        with progress("study") as step:
            write_session_abnormal(build.con, config, as_of=pulled.as_of)
            studied = run_study(build.con, catalog, config, as_of=pulled.as_of, step=step)
        with progress("signals") as step:
            run_signals(build.con, catalog, config, as_of=pulled.as_of, step=step)
        with progress("judge") as step:
            judge_if_due(build.con, config, as_of=pulled.as_of, step=step)
        build.publish()

    with store.connect(project) as con, progress("report") as step:
        page = write_daily(con, project, config, as_of=pulled.as_of, step=step)
    return DailyResult(
        report=page,
        as_of=pulled.as_of,
        failed=pulled.failed,
        talk=(*pulled.talk, *studied.talk),
    )
