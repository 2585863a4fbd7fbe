"""The writer's side: a private copy to build in, and an atomic step to publish it."""

from __future__ import annotations

import os
import shlex
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from watchlist.clock import Clock
from watchlist.errors import StoreError
from watchlist.project import Project
from watchlist.store.content import Content, content
from watchlist.store.lock import writer_lock
from watchlist.store.schema import STORAGE, apply_views, migrate, set_meta

if TYPE_CHECKING:
    import duckdb


@dataclass
class Build:
    """A store in the making: nobody else sees it until `publish`."""

    con: duckdb.DuckDBPyConnection
    project: Project
    started_at: datetime
    _before: Content | None = field(default=None, repr=False)
    """What the published store said, None where there is none or it must be replaced anyway."""

    def publish(self) -> bool:
        """Put the build in the place of the published file and close it; ends the build.

        Open readers keep the old file whole, later ones see the new one. A build that says
        nothing new is dropped and the published file stays as it is, to the byte.

        Returns
        -------
        bool
            Whether the published file changed.
        """
        if self._before is not None and content(self.con) == self._before:
            self.con.close()
            return False
        set_meta(self.con, "published_at", self.started_at.isoformat(timespec="seconds"))
        self.con.execute("CHECKPOINT")
        self.con.close()
        _replace(self.project.build_file, self.project.store_file)
        return True


@contextmanager
def open_build(project: Project, clock: Clock, command: str | None = None) -> Iterator[Build]:
    """Take the writer lock and open a private copy of the store, migrated, with its views.

    Leaving without `publish` discards the copy: the published file is as it was.

    Raises
    ------
    StoreBusyError
        Another run holds the store.
    StoreError
        The file is not a store, is from a newer version, or holds the other kind of prices.
    """
    now = clock.now()
    lock = project.work_dir / (project.store_file.stem + ".lock")
    with writer_lock(lock, command or _command(), now):
        file = project.build_file
        _remove(file)
        existed = project.store_file.is_file()
        if existed:
            shutil.copyfile(project.store_file, file)
        con = open_file(file)
        try:
            seen = content(con) if existed else None
            if migrate(con, "simulated" if project.simulated else "real"):
                seen = None
            apply_views(con)
            yield Build(con, project, now, _before=seen)
        finally:
            con.close()
            _remove(file)


def open_file(file: Path) -> duckdb.DuckDBPyConnection:
    """Open or create a store file to write, in UTC.

    Raises
    ------
    StoreError
        Not a DuckDB file.
    """
    import duckdb

    try:
        if file.exists():
            con = duckdb.connect(str(file))
        else:
            con = duckdb.connect(str(file), config={"storage_compatibility_version": STORAGE})
    except duckdb.Error as error:
        raise StoreError(
            f"the store cannot be opened: {_first_line(error)}",
            "if the file is damaged, move it away and pull anew; its bars come again",
        ) from None
    con.execute("SET TimeZone = 'UTC'")
    return con


def _replace(build: Path, published: Path) -> None:
    """Rename over the published file, with both the bytes and the name safe on disk."""
    _sync(build)
    build.replace(published)
    if sys.platform != "win32":
        _sync(published.parent)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _remove(file: Path) -> None:
    """The build file and its write-ahead log, which must never lie beside another file."""
    for path in (file, file.with_name(file.name + ".wal")):
        path.unlink(missing_ok=True)


def _command() -> str:
    return shlex.join([Path(sys.argv[0]).name, *sys.argv[1:]])


def _first_line(error: Exception) -> str:
    return str(error).strip().splitlines()[0]
