"""DuckDB files: opened to write, attached to read, replaced whole."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from watchlist.disk import DAMAGED, refused
from watchlist.errors import StoreError

if sys.platform == "linux":
    import fcntl

if TYPE_CHECKING:
    import duckdb

STORAGE = "v1.5.0"
"""The file format: tools built on DuckDB 1.5 read it, and a newer writer keeps it."""

FICLONE = 0x40049409
"""Linux's request to share the blocks of another file."""


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
        raise refused(str(error)) or StoreError(
            f"the store cannot be opened: {str(error).strip().splitlines()[0]}", DAMAGED
        ) from None
    con.execute("SET TimeZone = 'UTC'")
    return con


def open_whole(
    file: Path, open_it: Callable[[], duckdb.DuckDBPyConnection]
) -> duckdb.DuckDBPyConnection:
    """Open a published file so that all that is read of it is of one state.

    DuckDB opens a path three times: for the magic bytes, for the headers, and for the blocks that
    the headers point to. A publish in between pairs the headers of one file with the blocks of
    another, which may fail or, worse, be read. So an opening counts only if the path named the
    same file before and after it; a publish takes far longer than an opening, so the second try
    is as a rule the last.

    Parameters
    ----------
    file : Path
        The published file.
    open_it : callable
        Opens it; called again after a publish.

    Raises
    ------
    duckdb.Error
        What `open_it` raised while nobody published.
    """
    import duckdb

    while True:
        before = identity(file)
        try:
            con = open_it()
        except duckdb.Error:
            if identity(file) == before:
                raise
            continue
        if identity(file) == before:
            return con
        con.close()


def identity(file: Path) -> tuple[int, int, int, int]:
    """Which file a path names: device, inode, time and size. An inode number is soon given out
    again, so time and size too.
    """
    stat = file.stat()
    return stat.st_dev, stat.st_ino, stat.st_mtime_ns, stat.st_size


def attach(con: duckdb.DuckDBPyConnection, file: Path, name: str) -> None:
    """Attach a store file read-only under `name`."""
    place = str(file).replace("'", "''")
    con.execute(f"ATTACH '{place}' AS {name} (READ_ONLY)")


def copy(source: Path, target: Path) -> None:
    """Copy a store file; where blocks can be shared (btrfs, XFS), only the list of them."""
    if not _cloned(source, target):
        shutil.copyfile(source, target)


def _cloned(source: Path, target: Path) -> bool:
    if sys.platform != "linux":
        return False
    try:
        with source.open("rb") as file, target.open("wb") as out:
            fcntl.ioctl(out, FICLONE, file.fileno())
    except OSError:
        return False
    return True


def replace(new: Path, published: Path) -> None:
    """Rename `new` over `published`, with both the bytes and the name safe on disk."""
    _sync(new)
    new.replace(published)
    if sys.platform != "win32":
        _sync(published.parent)


def remove(file: Path) -> None:
    """Delete a file and its write-ahead log, which must never lie beside another file."""
    for path in (file, file.with_name(file.name + ".wal")):
        path.unlink(missing_ok=True)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
