"""The process that reads the store for a query: it gives up its rights, then answers questions.

Whatever SQL does happens here and nowhere else: parsing, running, making text of rows. Before the
store is opened the process confines itself (`landlock`) to reading that one file and the libraries
and to writing its own folder, so that a writer which passes the look at its statement finds nothing
to write to. Where the kernel cannot, the store is a private copy in that folder. `sandbox` starts
it, hands it questions through one pipe and reads the answers from another.

Requests are pickled, since they come from the program itself. Answers are bytes and JSON: whoever
takes this process over with a query must not reach the other end.
"""

from __future__ import annotations

import json
import os
import pickle
import sys
import sysconfig
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import date
from enum import Enum
from importlib.util import find_spec
from pathlib import Path
from queue import SimpleQueue
from struct import Struct
from threading import Event, Lock, Thread
from typing import TYPE_CHECKING

import watchlist
from watchlist.disk import trouble
from watchlist.errors import QueryError, WatchlistError
from watchlist.project import Project, packaged
from watchlist.sql import landlock, present, statements
from watchlist.sql.limits import Limits
from watchlist.sql.query import complain, out_of_memory
from watchlist.store.files import identity
from watchlist.store.lake import quoted
from watchlist.store.reading import connect

if TYPE_CHECKING:
    import duckdb

LENGTH = Struct(">Q")
HEADROOM_MB = 1024
"""Address space beyond the memory cap: threads, libraries, the rows on their way out."""

POLL_SECONDS = 0.2

SYSTEM = ("/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib", "/usr/share/zoneinfo",
          "/nix/store", "/gnu/store", "/etc/ld.so.cache", "/etc/localtime", "/dev/null",
          "/dev/urandom", "/proc/meminfo", "/proc/self/cgroup", "/sys/fs/cgroup")  # fmt: skip
"""What DuckDB, Arrow and Python's own modules may still load or look up once they run."""


class Reply(Enum):
    """What a message from the reader is; its first byte."""

    READY = b"r"
    """The store is open."""

    REPLACED = b"n"
    """Somebody published while it was being opened: start anew."""

    DATA = b"d"
    """Bytes of the answer."""

    PROGRESS = b"p"
    """How much is done, percent."""

    END = b"e"
    """The answer is whole; what is to be said of it, as JSON."""

    REFUSED = b"x"
    """A failure that a person can mend: class, message and hint, as JSON."""

    BUG = b"b"
    """Any other failure: its traceback."""


@dataclass(frozen=True)
class Opening:
    """The first request: what is read, and how the process is held."""

    place: Project | Path
    """A project whose store is a team's; else a store file, private where not `confined`."""

    home: Path
    """A folder of this reader alone, where a query larger than memory spills."""

    limits: Limits
    known_on: date | None
    allow_files: bool
    confined: bool
    """Landlock holds the process; else only what is opened does."""

    parent: int


@dataclass(frozen=True)
class Question:
    """A query, and how its answer is wanted."""

    sql: str
    parameters: Mapping[str, object]
    style: present.Format | None
    """None gives values for a program: names, then lists of rows, as JSON."""

    limit: int | None = None
    room: int | None = None
    """Columns of the terminal, for a table."""

    excel_safe: bool = False
    progress: bool = False


def main() -> None:
    """Serve on standard input and output, in a process started for it."""
    serve(0, 1)


def serve(requests: int, replies: int) -> None:
    """Open the store that the first request names; then answer one question after another.

    Parameters
    ----------
    requests, replies : int
        Descriptors to read from and write to; the process ends when the first one does.
    """
    requests, replies = _settle(requests, replies)
    opening: Opening = pickle.loads(_receive(requests))
    send = Sender(replies)
    landlock.die_with_parent()
    if os.name == "posix" and os.getppid() != opening.parent:
        return
    with _told(send):
        con = open_locked(opening)
        if con is None:
            send(Reply.REPLACED)
            return
        cap_address_space(opening.limits)
        send(Reply.READY)
        questions: SimpleQueue[bytes] = SimpleQueue()
        Thread(target=_take_in, args=(requests, questions), daemon=True).start()
        while True:
            question: Question = pickle.loads(questions.get())
            with _told(send):
                shown = _answer(con, question, send)
                send(Reply.END, json.dumps(asdict(shown)).encode())


def _settle(*wanted: int) -> list[int]:
    """Let go of all that was open but these, which get numbers that no library writes to."""
    kept = [_above_standard(handle) for handle in wanted]
    null = os.open(os.devnull, os.O_RDWR)
    for number in range(3):
        os.dup2(null, number)
    if os.name == "posix":
        low = 3
        for number in sorted(kept):
            os.closerange(low, number)
            low = number + 1
        os.closerange(low, os.sysconf("SC_OPEN_MAX"))
    return kept


def _above_standard(handle: int) -> int:
    return handle if handle > 2 else _above_standard(os.dup(handle))


def open_locked(opening: Opening) -> duckdb.DuckDBPyConnection | None:
    """Give up this process's rights, then open the store for reading, its settings locked.

    None if a publish put another file in the place of the one that may be read.

    Raises
    ------
    StoreError
        There is no store yet, or the file is not one.
    """
    # here, so that its libraries are loaded with all rights
    import duckdb  # noqa: F401

    place = opening.place
    if not opening.confined:
        return _connect(opening)
    if isinstance(place, Project):
        landlock.confine(read=[Path("/")], write=[opening.home], network=True)
        return _connect(opening)
    before = identity(place)
    everything = [Path("/")] if opening.allow_files else [place, *_libraries(place)]
    landlock.confine(read=everything, write=[opening.home])
    try:
        con = _connect(opening)
    except (WatchlistError, OSError):
        if identity(place) == before:
            raise
        return None
    return con if identity(place) == before else None


def _connect(opening: Opening) -> duckdb.DuckDBPyConnection:
    limits = opening.limits
    con = connect(opening.place, as_known=opening.known_on)
    for setting, value in (
        ("memory_limit", quoted(f"{limits.memory_mb}MiB")),
        ("max_temp_directory_size", quoted(f"{limits.temp_mb}MiB")),
        ("temp_directory", quoted(str(opening.home / "spill"))),
        ("python_enable_replacements", "false"),
        ("autoload_known_extensions", "false"),
        ("autoinstall_known_extensions", "false"),
        ("enable_progress_bar", "false"),
    ):
        con.execute(f"SET {setting} = {value}")
    if not opening.allow_files:
        con.execute("SET enable_external_access = false")
    con.execute("SET lock_configuration = true")
    return con


def _libraries(store: Path) -> list[Path]:
    """Where code and its data lie; of the folders of `sys.path` none that holds the store."""
    ours = [Path(watchlist.__file__).parent, packaged("queries")]
    duckdb = find_spec("duckdb")
    if duckdb is not None and duckdb.origin is not None:
        ours.append(Path(duckdb.origin).parent)
    roots = [*sys.path, *sysconfig.get_paths().values(), f"{sys.base_prefix}/lib"]
    found = {Path(root).resolve() for root in roots if root}
    return [*ours, *(p for p in found if p not in store.resolve().parents), *map(Path, SYSTEM)]


def cap_address_space(limits: Limits) -> None:
    """Let the operating system refuse memory beyond the cap; for the rest of the process.

    Strings and lists that a function makes do not count against DuckDB's own cap. Linux only:
    elsewhere the call does not exist or is ignored, and DuckDB's cap stands alone.
    """
    try:
        import resource

        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    except (ImportError, OSError):
        return
    used = pages * resource.getpagesize()
    wanted = used + (limits.memory_mb + HEADROOM_MB) * 1024 * 1024
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    if hard == resource.RLIM_INFINITY or wanted < hard:
        resource.setrlimit(resource.RLIMIT_AS, (wanted, hard))
    # a crash leaves no core in the user's folder
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


class Sender:
    """The way back, for whole messages from any thread."""

    def __init__(self, handle: int) -> None:
        self._handle = handle
        self._lock = Lock()

    def __call__(self, kind: Reply, data: bytes = b"") -> None:
        """Send one message."""
        rest = memoryview(kind.value + LENGTH.pack(len(data)) + data)
        with self._lock:
            while rest:
                rest = rest[os.write(self._handle, rest) :]


def _receive(handle: int) -> bytes:
    """One request; the process ends where there is no other."""
    (length,) = LENGTH.unpack(_exactly(handle, LENGTH.size))
    return _exactly(handle, length)


def _exactly(handle: int, count: int) -> bytes:
    parts = []
    while count:
        part = os.read(handle, count)
        if not part:
            os._exit(0)
        parts.append(part)
        count -= len(part)
    return b"".join(parts)


def _take_in(handle: int, questions: SimpleQueue[bytes]) -> None:
    """Read ahead, since this is also how the end of whoever asks is noticed in mid-query."""
    while True:
        questions.put(_receive(handle))


@contextmanager
def _told(send: Sender) -> Iterator[None]:
    """Tell of a failure instead of raising it."""
    try:
        yield
    except MemoryError:
        _refuse(send, out_of_memory())
    except RecursionError:
        _refuse(send, QueryError("the query is nested too deeply"))
    except Exception as error:
        told = error if isinstance(error, WatchlistError) else trouble(error)
        if told is not None:
            _refuse(send, told)
        else:
            send(Reply.BUG, traceback.format_exc().encode("utf-8", "backslashreplace"))


def _refuse(send: Sender, error: WatchlistError) -> None:
    told = {"class": type(error).__name__, "message": error.message, "hint": error.hint}
    send(Reply.REFUSED, json.dumps(told).encode())


def _answer(con: duckdb.DuckDBPyConnection, question: Question, send: Sender) -> present.Shown:
    def write(data: bytes) -> None:
        send(Reply.DATA, data)

    with _progress(con, send if question.progress else None):
        return answer(con, question, write)


def answer(
    con: duckdb.DuckDBPyConnection, question: Question, write: Callable[[bytes], None]
) -> present.Shown:
    """Run a query and write its answer piece by piece.

    Raises
    ------
    QueryError
        Refused, or failed.
    """
    import duckdb

    try:
        statement = statements.parse(question.sql, con)
    except duckdb.Error as error:
        raise complain(error, con) from None
    return present.write(
        con,
        statement,
        question.parameters,
        write,
        style=question.style,
        limit=question.limit,
        room=question.room,
        excel_safe=question.excel_safe,
    )


@contextmanager
def _progress(con: duckdb.DuckDBPyConnection, send: Sender | None) -> Iterator[None]:
    """Tell again and again how far the query is."""
    if send is None:
        yield
        return
    done = Event()

    def tell() -> None:
        with suppress(OSError):
            while not done.wait(POLL_SECONDS):
                send(Reply.PROGRESS, str(max(con.query_progress(), 0.0)).encode())

    thread = Thread(target=tell, daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()
