"""The writer's side: a private copy to build in, and an atomic step to publish it."""

from __future__ import annotations

import shlex
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from watchlist.clock import Clock
from watchlist.project import Project
from watchlist.store import lake
from watchlist.store.compact import compact, is_due
from watchlist.store.content import Content, content
from watchlist.store.files import open_file, remove, replace
from watchlist.store.lock import writer_lock
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
def open_build(
    project: Project, clock: Clock, command: str | None = None, *, compare: bool = True
) -> Iterator[Build]:
    """Take the writer lock and open a private copy of the store, migrated, with its views.

    Leaving without `publish` discards the copy: the published file is as it was.

    Parameters
    ----------
    compare : bool
        Note what the store says, so that a run which changed nothing publishes nothing; it reads
        every table once. A sweep of a whole market does without.

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
            put = partial(_put_snapshot, con, now)
            yield _begin(con, project, now, put, existed=compare and schema_version(con) > 0)
        return
    lock = project.work_dir / (project.store_file.stem + ".lock")
    with writer_lock(lock, command or _command(), now):
        file = project.build_file
        remove(file)
        existed = project.store_file.is_file()
        try:
            if existed:
                shutil.copyfile(project.store_file, file)
            with open_file(file) as con:
                put = partial(_put_file, con, project, now)
                yield _begin(con, project, now, put, existed=compare and existed)
        finally:
            remove(file)


def _begin(
    con: duckdb.DuckDBPyConnection,
    project: Project,
    now: datetime,
    put: Callable[[bool], None],
    *,
    existed: bool,
) -> Build:
    """Bring tables and views to this version, noting first what the store said."""
    seen = content(con) if existed else None
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
        fresh = file.with_name(file.stem + "-sorted.duckdb")
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
