"""DuckDB files: opened to write, attached to read, replaced whole."""

from __future__ import annotations

import errno
import mmap
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING

from watchlist.disk import DAMAGED, naming, refused
from watchlist.errors import StoreError

if sys.platform == "linux":
    import fcntl

if TYPE_CHECKING:
    import duckdb

STORAGE = "v1.5.0"
"""The file format: tools built on DuckDB 1.5 read it, and a newer writer keeps it."""

FICLONE = 0x40049409
"""Linux's request to share the blocks of another file."""

LARGE = 256 << 20
"""Bytes of a file whose blocks take longer to free than a process takes to start."""

DIRECT_BLOCK, DIRECT_PIECE = 4096, 32 << 20
"""Bytes: what every disk writes whole (DuckDB's files are made of such blocks), and a write's size.
"""


def open_file(file: Path) -> duckdb.DuckDBPyConnection:
    """Open or create a store file to write, in UTC.

    It is private until `replace` has it safe on disk: commits before that do not wait for the disk.

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
    with suppress(duckdb.CatalogException):  # DuckDB 1.5 knows no such setting
        con.execute("SET fsync_mode = 'NONE'")
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
        before = _identity(file)
        try:
            con = open_it()
        except duckdb.Error:
            if _identity(file) == before:
                raise
            continue
        if _identity(file) == before:
            return con
        con.close()


def _identity(file: Path) -> tuple[int, int, int, int]:
    """Which file a path names. An inode number is soon given out again, so time and size too."""
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


def copy_unread(source: Path, target: Path) -> None:
    """Copy a store file that will be written to and hardly read.

    As `copy`, else straight to the disk if possible: blocks go from the source's cached pages to
    the disk (`O_DIRECT`), so that the copy neither takes memory for pages that nobody asks for nor
    the processor from whoever works meanwhile, and a publish finds nothing left to flush.
    """
    with naming(target):
        if not _cloned(source, target) and not _copied_direct(source, target):
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


def _copied_direct(source: Path, target: Path) -> bool:
    direct, size = getattr(os, "O_DIRECT", 0), source.stat().st_size
    if not direct or size % DIRECT_BLOCK:
        return False
    try:
        out = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | direct, 0o644)
    except OSError:
        return False
    try:
        os.posix_fallocate(out, 0, size)
        with source.open("rb") as file:
            for offset in range(0, size, DIRECT_PIECE):
                length = min(DIRECT_PIECE, size - offset)
                # mapped piece by piece, or the whole file would count as this process's memory
                with mmap.mmap(file.fileno(), length, prot=mmap.PROT_READ, offset=offset) as held:
                    if os.write(out, held) < length:
                        return False
    except OSError as error:
        if error.errno in (errno.EINVAL, errno.EOPNOTSUPP):
            return False
        raise
    finally:
        os.close(out)
    return True


def replace(new: Path, published: Path) -> None:
    """Rename `new` over `published`, with both the bytes and the name safe on disk."""
    _sync(new)
    with _freed_elsewhere(published):
        new.replace(published)
    if sys.platform != "win32":
        _sync(published.parent)


@contextmanager
def _freed_elsewhere(file: Path) -> Iterator[None]:
    """Let a process that ends at once be the last to hold a large file whose name goes.

    Whoever lets go of a file last waits until its blocks are free, which takes most of a second for
    3 GB on a disk that discards at once. Nobody needs to wait for that process: if it is killed, or
    the machine stops, the blocks are freed all the same.
    """
    if sys.platform == "win32" or not file.exists() or file.stat().st_size < LARGE:
        yield
        return
    with file.open("rb") as held:
        yield
        command, quiet = [sys.executable, "-I", "-S", "-c", ""], subprocess.DEVNULL
        with suppress(OSError):  # no room for a process: then we wait ourselves
            other = subprocess.Popen(command, stdin=held, stdout=quiet, stderr=quiet)
            Thread(target=other.wait, daemon=True).start()


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
