"""The writer's side: a private copy to build in, and an atomic step to publish it."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING

from watchlist.clock import Clock
from watchlist.project import Project
from watchlist.store import lake
from watchlist.store.compact import compact, is_due
from watchlist.store.content import Content, content
from watchlist.store.files import copy, copy_unread, open_file, remove, replace
from watchlist.store.lock import writer_lock
from watchlist.store.reading import published_file
from watchlist.store.schema import migrate, refresh_views, schema_version, set_meta

if TYPE_CHECKING:
    import duckdb


@dataclass
class Build:
    """A store in the making: nobody else sees it until `publish`."""

    con: duckdb.DuckDBPyConnection
    project: Project
    started_at: datetime
    _put: Callable[[bool], None] = field(repr=False)
    """Makes what was built the published state and closes it; True asks for a compact file."""

    _before: Content | None = field(default=None, repr=False)
    """What the published store said, None where there is none or it must be replaced anyway."""

    def publish(self, *, compacted: bool = False) -> bool:
        """Put the build in the place of the published file and close it; ends the build.

        Open readers keep the old file whole, later ones see the new one. A build that says
        nothing new is dropped and the published file stays as it is, to the byte.

        Parameters
        ----------
        compacted : bool
            Write the file anew, sorted and small, even if nothing is new. Done anyway when
            many bars were added since the last time.

        Returns
        -------
        bool
            Whether the published file changed.
        """
        if not compacted and self._before is not None and content(self.con) == self._before:
            self.con.close()
            return False
        self._put(compacted)
        return True


@contextmanager
def open_build(project: Project, clock: Clock, command: str | None = None) -> Iterator[Build]:
    """Take the writer lock and open a private copy of the store, migrated, with its views.

    Leaving without `publish` discards the copy: the published file is as it was. What the store
    says is noted first, which reads every table once, so that a run which changed nothing
    publishes nothing.

    Raises
    ------
    StoreBusyError
        Another run holds the store.
    StoreError
        The file is not a store, is from a newer version, or holds the other kind of prices.
    """
    now = clock.now()
    team = lake.lake_of(project)
    if team is not None:
        with lake.writer_queue(team, clock), lake.open_lake(team) as con:
            yield _in_lake(con, project, now, compare=True)
        return
    with _build_file(project, command, now) as file:
        existed = project.store_file.is_file()
        if existed:
            copy(project.store_file, file)
        with open_file(file) as con:
            yield _in_file(con, project, now, compare=existed)


@contextmanager
def open_build_later(
    project: Project, clock: Clock, command: str | None = None
) -> Iterator[Callable[[], Build]]:
    """As `open_build`, for a run that reads the published store for long before it writes.

    The lock is taken at once, so what is published stays as it is; the private copy is made and
    opened meanwhile. Calling what is given waits for that; a second call gives the same build. Such
    a run always has something new to say, so nothing is compared.

    Raises
    ------
    StoreBusyError
        Another run holds the store.
    StoreError
        There is no store; when called, as `open_build`.
    """
    # Ctrl-C within this import kills the process, which would leave the file in the making
    import duckdb  # noqa: F401

    now = clock.now()
    team = lake.lake_of(project)
    with ExitStack() as stack:
        if team is not None:
            stack.enter_context(lake.writer_queue(team, clock))
            con = stack.enter_context(lake.open_lake(team))
            yield cache(partial(_in_lake, con, project, now, compare=False))
            return
        published = published_file(project)
        file = stack.enter_context(_build_file(project, command, now))
        held = stack.enter_context(ExitStack())
        # left before what it holds: a connection is not closed while it is being prepared
        pool = stack.enter_context(ThreadPoolExecutor(1))

        def prepared() -> Build:
            copy_unread(published, file)
            con = held.enter_context(open_file(file))
            return _in_file(con, project, now, compare=False)

        yield pool.submit(prepared).result


@contextmanager
def _build_file(project: Project, command: str | None, now: datetime) -> Iterator[Path]:
    """The place of the private file, while the lock is held; nothing is left there."""
    lock = project.work_dir / (project.store_file.stem + ".lock")
    with writer_lock(lock, command or _command(), now):
        file = project.build_file
        try:
            # what a killed run left takes room that this one needs
            _remove(file)
            yield file
        finally:
            _remove(file)


def _remove(file: Path) -> None:
    remove(file)
    remove(_compacted(file))


def _compacted(file: Path) -> Path:
    """Where a build is written anew before it is published."""
    return file.with_name(file.stem + "-sorted.duckdb")


def _in_file(
    con: duckdb.DuckDBPyConnection, project: Project, now: datetime, *, compare: bool
) -> Build:
    return _begin(con, project, now, partial(_put_file, con, project, now), compare=compare)


def _in_lake(
    con: duckdb.DuckDBPyConnection, project: Project, now: datetime, *, compare: bool
) -> Build:
    compare = compare and schema_version(con) > 0
    return _begin(con, project, now, partial(_put_snapshot, con, now), compare=compare)


def _begin(
    con: duckdb.DuckDBPyConnection,
    project: Project,
    now: datetime,
    put: Callable[[bool], None],
    *,
    compare: bool,
) -> Build:
    """Bring tables and views to this version, noting first what the store said."""
    seen = content(con) if compare else None
    if migrate(con, "simulated" if project.simulated else "real"):
        seen = None
    refresh_views(con)
    return Build(con, project, now, put, seen)


def _put_file(
    con: duckdb.DuckDBPyConnection, project: Project, now: datetime, compacted: bool
) -> None:
    set_meta(con, "published_at", now.isoformat(timespec="seconds"))
    compacted = compacted or is_due(con)
    con.execute("CHECKPOINT")
    con.close()
    file = project.build_file
    if compacted:
        fresh = _compacted(file)
        compact(file, fresh, now)
        remove(file)
        file = fresh
    replace(file, project.store_file)


def _put_snapshot(con: duckdb.DuckDBPyConnection, now: datetime, compacted: bool) -> None:
    if compacted:
        lake.merge_files(con)
    con.execute("BEGIN")
    set_meta(con, "published_at", now.isoformat(timespec="seconds"))
    lake.mark_published(con)
    con.execute("COMMIT")
    con.close()


def _command() -> str:
    return shlex.join([Path(sys.argv[0]).name, *sys.argv[1:]])
