"""Files written whole or not at all, and what a full, read-only or forbidden disk is told as.

Such a failure may come out of any write, so nobody on the way catches it: it stays the operating
system's error, or DuckDB's, made to name its file where that is known, and `trouble` turns it into
one of ours where the command ends.
"""

from __future__ import annotations

import errno
import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from watchlist.errors import DiskError, StoreError, WatchlistError

ROOM = "make room on that disk"
RIGHT = "give yourself the right to it, or name another folder"
ROAD = "move the file away that stands where a folder should, or name another"

NEXT_STEP = {
    errno.ENOSPC: ROOM,
    errno.EDQUOT: f"{ROOM}, or have your quota raised",
    errno.EFBIG: "allow larger files (`ulimit -f`, or another file system)",
    errno.EROFS: "mount that file system to be written to, or name another folder",
    errno.EACCES: RIGHT,
    errno.EPERM: RIGHT,
    errno.ENOENT: "name a file in a folder that exists",
    errno.EISDIR: "move the folder away, or name a file",
    errno.ENOTDIR: ROAD,
    errno.EEXIST: ROAD,
    errno.ENAMETOOLONG: "take a shorter name",
    errno.EIO: "look at the system's log: the disk may be failing",
}
"""What a person can do about a refusal of the operating system, by its number."""

AGAIN = "then run the same command again; every file is as it was or new, none is half written"

NUMBERS = {os.strerror(number): number for number in NEXT_STEP}

REFUSED = re.compile(
    r'(?:Could not|Cannot|Failed to) [a-z -]*"(?P<file>[^"]+)"[^:\n]*: '
    rf"(?P<why>{'|'.join(map(re.escape, NUMBERS))})"
)
"""How DuckDB tells that the operating system refused something: the file, and strerror's words."""

DAMAGE = re.compile(r"Corrupt database file|Could not read")
NOT_UTF8 = re.compile(r"cannot encode str as UTF-8|Unable to cast Python instance of type .*'str'")
"""What DuckDB says to such a parameter: an error of its own from 2.0 on, before a RuntimeError."""

DAMAGED = "if the file is damaged, move it away and pull anew; its bars come again"


PART = re.compile(r"\..+\.(?P<process>[1-9][0-9]*)\.part")
"""The name of a file in the making, or of a folder for the time of a query."""


@contextmanager
def naming(path: Path) -> Iterator[None]:
    """Make an error of the operating system say which file it met; a failed write does not know."""
    try:
        yield
    except OSError as error:
        if error.filename is None:
            error.filename = str(path)
        raise


@contextmanager
def replacing(target: Path) -> Iterator[Path]:
    """A file beside the target that takes its place at the end, or is gone if the work fails.

    What a link points to is replaced, not the link. A device or a pipe cannot be replaced: it is
    given itself.
    """
    if target.exists() and not target.is_file():
        yield target
        return
    target = Path(os.path.realpath(target))
    part = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        yield part
        part.replace(target)
    except OSError as error:
        if error.filename in (None, str(part)):
            error.filename, error.filename2 = str(target), None
        raise
    finally:
        with suppress(OSError):
            part.unlink()


def clear_left(folder: Path) -> None:
    """Remove the files and folders that processes which were killed have left in a folder of ours.

    The name of such a file says whose it is: that of a process that lives is left alone. A writer
    of another machine, not seen from here, may lose its file, and then says so; no page is harmed.
    """
    from shutil import rmtree

    with suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            found = PART.fullmatch(entry.name)
            if found and not _lives(int(found["process"])):
                if entry.is_dir(follow_symlinks=False):
                    rmtree(entry.path, ignore_errors=True)
                    continue
                with suppress(OSError):
                    Path(entry.path).unlink()


def _lives(process: int) -> bool:
    if sys.platform == "win32":
        # there, to ask a process by a signal is to end it
        return True
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):
        # another user's, or no number of a process
        return True
    return True


def trouble(error: BaseException) -> WatchlistError | None:
    """What to tell a person about a refusal of the operating system; None if it is none.

    So is a name that is not UTF-8: Python hands it on, and no library takes it.
    """
    if isinstance(error, UnicodeEncodeError) and error.reason == "surrogates not allowed":
        return DiskError(f"{error.object!r} is not UTF-8", f"write or name it in UTF-8; {AGAIN}")
    if isinstance(error, OSError):
        # of a copy it is the second file that is written
        file = error.filename2 or error.filename
        if error.errno is None or (file is None and error.errno not in NEXT_STEP):
            return None
        return _told(file or "a file", os.strerror(error.errno), error.errno)
    # whoever did not load it has none of its errors, and must not load it for this
    duckdb = sys.modules.get("duckdb")
    if duckdb is None or not isinstance(error, duckdb.Error | RuntimeError):
        return None
    if NOT_UTF8.search(str(error)):
        return DiskError("what was given is not UTF-8 text", f"write it in UTF-8; {AGAIN}")
    if found := refused(str(error)):
        return found
    if isinstance(error, duckdb.IOException | duckdb.OutOfMemoryException):
        return _told("the store", str(error).strip().splitlines()[0], 0)
    return None


def refused(text: str) -> WatchlistError | None:
    """The same of what DuckDB says about a file."""
    if found := REFUSED.search(text):
        return _told(found["file"], found["why"], NUMBERS[found["why"]])
    if DAMAGE.search(text):
        why = text.strip().splitlines()[0].removeprefix("IO Error: ")
        return StoreError(f"the store cannot be read: {why}", DAMAGED)
    return None


def _told(file: object, why: str, number: int) -> DiskError:
    step = NEXT_STEP.get(number, "mend that")
    return DiskError(f"{file}: {why}", f"{step}; {AGAIN}")
