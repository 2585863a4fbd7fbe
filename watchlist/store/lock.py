"""One writer at a time: an advisory file lock that dies with its process, so none goes stale."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from io import FileIO
from pathlib import Path

from watchlist.disk import naming
from watchlist.errors import StoreBusyError

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
