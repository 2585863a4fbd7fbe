"""The writer's side: one writer at a time, a private copy to build in, an atomic step to publish.

The lock is an advisory file lock that dies with its process, so none goes stale.
"""

from __future__ import annotations

import json
import os
import shlex
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from io import FileIO
from pathlib import Path
from typing import TYPE_CHECKING

from watchlist.clock import Clock
from watchlist.disk import naming
from watchlist.errors import StoreBusyError
from watchlist.project import Project
from watchlist.store import lake
from watchlist.store.compact import Content, compact, content, is_due
from watchlist.store.files import copy, open_file, remove, replace
from watchlist.store.schema import migrate, refresh_views, schema_version, set_meta

if TYPE_CHECKING:
    import duckdb

if sys.platform == "win32":
    import msvcrt

    def _take(file: FileIO) -> None:
        # a byte far behind the text, so that others can still read who holds the lock
        file.seek(1 << 20)
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
else:
    import fcntl

    def _take(file: FileIO) -> None:
        fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)


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
        Note first what the store says, which reads every table once, so that a run which changed
        nothing publishes nothing. A run that always has something new to say need not.

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
            compare = compare and schema_version(con) > 0
            yield _begin(con, project, now, partial(_put_snapshot, con, now), compare=compare)
        return
    _load_duckdb()
    lock = project.work_dir / (project.store_file.stem + ".lock")
    file = project.build_file
    with writer_lock(lock, command or _command(), now):
        try:
            # what a killed run left takes room that this one needs
            _remove(file)
            existed = project.store_file.is_file()
            if existed:
                copy(project.store_file, file)
            with open_file(file) as con:
                put = partial(_put_file, con, project, now)
                yield _begin(con, project, now, put, compare=compare and existed)
        finally:
            _remove(file)


def _load_duckdb() -> None:
    """Have DuckDB load what it wants of Python before there is a private copy.

    1.5 loads pandas at its first parameter. Within an import no stop is heard, and an end that must
    be forced leaves the copy to the next run.
    """
    import duckdb

    with duckdb.connect() as con:
        con.execute("SELECT $1", [0])


def _begin(
    con: duckdb.DuckDBPyConnection,
    project: Project,
    now: datetime,
    put: Callable[[bool], None],
    *,
    compare: bool,
) -> Build:
    """Bring tables and views to this version, noting first what the store said."""
    before = content(con) if compare else None
    if migrate(con, "simulated" if project.simulated else "real"):
        before = None
    refresh_views(con)
    return Build(con, project, now, put, before)


def _remove(file: Path) -> None:
    remove(file)
    remove(_compacted(file))


def _compacted(file: Path) -> Path:
    """Where a build is written anew before it is published."""
    return file.with_name(file.stem + "-sorted.duckdb")


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


@contextmanager
def writer_lock(path: Path, command: str, since: datetime) -> Iterator[None]:
    """Hold the lock file `path`; the kernel lets go of it when the process ends, however it ends.

    Raises
    ------
    StoreBusyError
        Another process holds it: names its process id, its command and since when.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    # "a+" neither truncates nor fails: what the holder wrote must survive our attempt
    with path.open("a+b", buffering=0) as file:
        try:
            _take(file)
        except OSError:
            raise StoreBusyError(
                f"another run holds the store: {_holder(path)}",
                "wait for it to end; reading (watchlist sql, reports) goes on meanwhile",
            ) from None
        holder = {
            "pid": os.getpid(),
            "command": command,
            "since": since.isoformat(timespec="seconds"),
        }
        with naming(path):
            file.truncate(0)
            file.write(json.dumps(holder).encode("utf-8"))
        yield


def _holder(path: Path) -> str:
    try:
        holder = json.loads(path.read_text(encoding="utf-8"))
        return f"process {holder['pid']} ({holder['command']}) since {holder['since']}"
    except (OSError, ValueError, KeyError):
        return "a process that has only just started"
