"""Ask a process that cannot do harm: how a stranger's SQL is run.

A connection is no wall. A read-only one with its settings locked and files refused still writes to
the path that it opened and to its `.wal`, and what the look at a statement misses, or a fault in
DuckDB, has all rights of the process. So a query runs in a process of its own (`reader`), which
gave up the right to write before it opened the store, dies with the one that asks, and is killed
when its time is over.
"""

from __future__ import annotations

import json
import os
import pickle
import signal
import subprocess
import sys
import tempfile
import threading
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from shutil import rmtree
from types import TracebackType
from typing import Any, NoReturn, Protocol, Self

from watchlist import errors
from watchlist.disk import clear_left
from watchlist.errors import QueryError, StoreError, WatchlistError
from watchlist.project import Project
from watchlist.sql import landlock, present, reader
from watchlist.sql.limits import Limits
from watchlist.sql.present import Shown
from watchlist.sql.reader import LENGTH, Opening, Question, Reply
from watchlist.store import files
from watchlist.store.lake import lake_of
from watchlist.store.reading import published_file

READER = "from watchlist.sql.reader import main; main()"
"""The program of a fresh interpreter."""

STOPS = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]
"""What a person or the system stops a command with."""


class Sandbox:
    """A store open for reading in a process of its own; one question at a time.

    Examples
    --------
    with Sandbox(project, Limits()) as box:
        rows = box.rows("FROM bars WHERE symbol = $symbol", {"symbol": "MP"})
    """

    def __init__(
        self,
        place: Project | Path,
        limits: Limits,
        *,
        known_on: date | None = None,
        allow_files: bool = False,
    ) -> None:
        """Start the process and wait until it has the store open.

        Parameters
        ----------
        place : Project or Path
            A project, or a store file.
        known_on : date, optional
            See only what had been pulled by the end of that day, UTC.
        allow_files : bool
            Let queries read files; they write none all the same.

        Raises
        ------
        StoreError
            There is no store yet, the file is not one, or a write-ahead log lies beside it.
        """
        self._limits = limits
        self._timed_out = False
        self._child: _Child | None = None
        published = _published(place)
        self.confined = landlock.abi() > 0
        """The kernel holds the process; else the store is a copy, and only DuckDB refuses files."""
        self._home = folder_of_a_query(place.work_dir if isinstance(place, Project) else None)
        try:
            while True:
                opened = published
                if isinstance(published, Path) and not self.confined:
                    opened = private = self._home / published.name
                    files.copy(published, private)
                opening = Opening(
                    opened, self._home, limits, known_on, allow_files, self.confined, os.getpid()
                )
                self._child = _fork() if may_fork() else _spawn()
                self._send(opening)
                kind, _ = self._receive()
                if kind is Reply.READY:
                    break
                self._child.end()
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the process and remove its folder."""
        if self._child is not None:
            self._child.end()
        rmtree(self._home, ignore_errors=True)

    def ask(
        self,
        question: Question,
        write: Callable[[bytes], object],
        *,
        progress: Callable[[float], None] | None = None,
    ) -> Shown:
        """Run one query and hand on its answer as it comes.

        Parameters
        ----------
        write : callable
            Takes the bytes of the answer, piece by piece.
        progress : callable, optional
            Told the percentage that is done while a query that asks for it runs.

        Raises
        ------
        QueryError
            Refused, failed, or out of time; after the last the sandbox is of no more use.
        ConfigError
            The format needs an extra that is not installed.
        """
        with self._timed():
            self._send(question)
            while True:
                kind, data = self._receive()
                if kind is Reply.DATA:
                    write(data)
                elif kind is Reply.PROGRESS and progress is not None:
                    progress(float(data))
                elif kind is Reply.END:
                    return Shown(**json.loads(data))

    def rows(
        self, sql: str, parameters: Mapping[str, object] | None = None, *, limit: int | None = None
    ) -> list[dict[str, Any]]:
        """The rows of a query by column; dates and times as such, intervals as text.

        Raises
        ------
        QueryError
            Refused, failed, or out of time.
        """
        parts: list[bytes] = []
        self.ask(Question(sql, parameters or {}, style=None, limit=limit), parts.append)
        return present.rows_from_wire(parts)

    @contextmanager
    def _timed(self) -> Iterator[None]:
        """Kill the process when the time of one question is over."""
        seconds = self._limits.timeout_seconds
        if seconds is None:
            yield
            return
        timer = threading.Timer(min(seconds, threading.TIMEOUT_MAX), self._time_out)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()
            timer.join()

    def _time_out(self) -> None:
        self._timed_out = True
        if self._child is not None:
            self._child.kill()

    def _send(self, request: Opening | Question) -> None:
        data = pickle.dumps(request)
        rest = memoryview(LENGTH.pack(len(data)) + data)
        try:
            while rest:
                rest = rest[os.write(self._running.requests, rest) :]
        except BrokenPipeError:
            self._gone()

    def _receive(self) -> tuple[Reply, bytes]:
        head = self._exactly(1 + LENGTH.size)
        kind = Reply(head[:1])
        (length,) = LENGTH.unpack(head[1:])
        data = self._exactly(length)
        if kind is Reply.REFUSED:
            raise _error(data)
        if kind is Reply.BUG:
            raise RuntimeError("the reader failed:\n" + data.decode())
        return kind, data

    def _exactly(self, count: int) -> bytes:
        parts = []
        while count:
            part = os.read(self._running.replies, min(count, 1 << 20))
            if not part:
                self._gone()
            parts.append(part)
            count -= len(part)
        return b"".join(parts)

    @property
    def _running(self) -> _Child:
        if self._child is None:
            raise QueryError("the query's process has ended")
        return self._child

    def _gone(self) -> NoReturn:
        """The process ended without an answer."""
        code = self._running.end()
        self._child = None
        if self._timed_out:
            raise QueryError(
                f"stopped after {self._limits.timeout_seconds:g} s",
                "filter earlier (on symbol, on session), or give it more time with "
                "--timeout SECONDS",
            )
        how = f"signal {-code}" if code < 0 else f"code {code}"
        raise QueryError(
            f"the query ended its process ({how}): more memory than the machine has, or a fault "
            "in DuckDB",
            "filter earlier (on symbol, on session); nothing was written",
        )


class _Child(Protocol):
    """A process that serves questions."""

    requests: int
    replies: int

    def kill(self) -> None: ...

    def end(self) -> int:
        """Kill it if it runs, close both pipes, and give its exit code; may be called again."""
        ...


def may_fork() -> bool:
    """A copy of this process is the cheap way, and sound where all its threads are Python's own.

    Those stand still meanwhile; one of a library (DuckDB, Polars) may hold a lock for ever.
    """
    threads = Path("/proc/self/task")
    return threads.is_dir() and len(list(threads.iterdir())) == threading.active_count()


class _Forked:
    """A copy of this process."""

    def __init__(self, pid: int, requests: int, replies: int) -> None:
        self.requests, self.replies = requests, replies
        self._pid = pid
        self._code: int | None = None

    def kill(self) -> None:
        if self._code is None:
            os.kill(self._pid, signal.SIGKILL)

    def end(self) -> int:
        if self._code is None:
            self.kill()
            _, status = os.waitpid(self._pid, 0)
            self._code = os.waitstatus_to_exitcode(status)
            os.close(self.requests)
            os.close(self.replies)
        return self._code


class _Spawned:
    """A fresh interpreter."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self.requests, self.replies = (
            pipe.fileno() if pipe is not None else -1 for pipe in (process.stdin, process.stdout)
        )
        self._process = process

    def kill(self) -> None:
        self._process.kill()

    def end(self) -> int:
        self.kill()
        with self._process:  # closes the pipes and waits
            pass
        return self._process.returncode


def _fork() -> _Child:
    request_end, requests = os.pipe()
    replies, reply_end = os.pipe()
    # until the copy has its own way with signals, none may run a handler of ours in it
    before = signal.pthread_sigmask(signal.SIG_BLOCK, STOPS)
    with warnings.catch_warnings():
        # Python warns of any thread; `may_fork` has looked at them
        warnings.simplefilter("ignore", DeprecationWarning)
        pid = os.fork()
    if pid == 0:
        try:
            _become_reader(request_end, reply_end, before)
        finally:
            os._exit(1)
    signal.pthread_sigmask(signal.SIG_SETMASK, before)
    os.close(request_end)
    os.close(reply_end)
    return _Forked(pid, requests, replies)


def _become_reader(requests: int, replies: int, mask: set[int | signal.Signals]) -> None:
    """In the copy: stop as any program does, not as the one that asks."""
    signal.set_wakeup_fd(-1)
    for number in (*STOPS, signal.SIGALRM):
        signal.signal(number, signal.SIG_DFL)
    # Ctrl-C goes to the whole group; whoever asks then ends this process
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_SETMASK, mask)
    reader.serve(requests, replies)


def _spawn() -> _Child:
    paths = os.pathsep.join(path for path in sys.path if path)
    process = subprocess.Popen(
        # -P: the working directory is no place to load code from
        [sys.executable, "-P", "-c", READER],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        bufsize=0,
        env={**os.environ, "PYTHONPATH": paths},
    )
    return _Spawned(process)


def _published(place: Project | Path) -> Project | Path:
    """The file to read; a project where its store is a team's and no file."""
    if isinstance(place, Project) and lake_of(place) is not None:
        return place
    return without_log(published_file(place))


def without_log(file: Path) -> Path:
    """A published file; what lies beside it as its log would be read as part of it."""
    log = file.with_name(file.name + ".wal")
    if log.exists():
        raise StoreError(
            f"{log} lies beside the store, and no run of watchlist writes one",
            "if another program has the store open to write, let it end; else move that file away",
        )
    return file


def folder_of_a_query(work: Path | None) -> Path:
    """A folder for the time of one sandbox: in the project's, or a temporary one.

    One that a killed process left is removed by the next.
    """
    if work is not None and work.is_dir() and os.access(work, os.W_OK):
        clear_left(work)
    else:
        work = None
    name = tempfile.mkdtemp(prefix=".query-", suffix=f".{os.getpid()}.part", dir=work)
    return Path(os.path.realpath(name))


def _error(data: bytes) -> WatchlistError:
    told = json.loads(data)
    kind = getattr(errors, told["class"])
    if not issubclass(kind, WatchlistError):
        raise TypeError(f"{kind} is no error of ours")
    error: WatchlistError = kind(told["message"], told["hint"])
    return error
