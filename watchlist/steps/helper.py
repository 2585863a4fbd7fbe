"""A second process that takes its share of a night's work, where there is a second core.

It is started with the night and loads its modules while bars are pulled. What it is given is pure:
a function of a module and its arguments, sent as bytes; the result comes back the same way. It
opens no store and writes no page (of files it touches only templates, and their compiled form), so
it may be killed at any moment, and is.
"""

from __future__ import annotations

import gc
import os
import pickle
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from importlib import import_module
from itertools import starmap
from typing import IO, TYPE_CHECKING, Any, Protocol, TypeVar

if TYPE_CHECKING:
    from concurrent.futures import Future

Result = TypeVar("Result")

PIPE = 1 << 20
"""Bytes that a pipe holds, on Linux. An answer is a megabyte, and after each pipeful that is read
the line waits its turn in this process, for milliseconds while the night computes."""


class Share(Protocol):
    """Begins to call a function of a module with each of some arguments.

    What it gives are the results as they are had, each with the number of its arguments. They may
    be asked for later: what another process does of it is done meanwhile.
    """

    def __call__(
        self, function: Callable[..., Result], calls: Iterable[tuple[Any, ...]]
    ) -> Iterator[tuple[int, Result]]:
        """Numbers and results."""
        ...


def alone(
    function: Callable[..., Result], calls: Iterable[tuple[Any, ...]]
) -> Iterator[tuple[int, Result]]:
    """All of it in this process, one after another, when it is asked for."""
    return enumerate(starmap(function, calls))


@contextmanager
def open_helper(*modules: str) -> Iterator[Share]:
    """Share work with a process that is there until the block ends, however it ends.

    Parameters
    ----------
    modules : what it should have loaded by the time that it is asked
    """
    if _cores() < 2:
        yield alone
        return
    from concurrent.futures import ThreadPoolExecutor

    # A fresh interpreter, as threads of DuckDB and polars do not survive a fork; not one of
    # multiprocessing, which would run our script again and hear Ctrl-C while it starts. In a
    # session of its own: Ctrl-C goes to all processes of a terminal's, and is ours to answer.
    start = f"import sys; sys.path[:] = {sys.path}; from {__name__} import serve; serve({modules})"
    process = subprocess.Popen(
        [sys.executable, "-c", start],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        pipesize=PIPE,
        start_new_session=True,
    )
    line = ThreadPoolExecutor(1)
    try:
        yield partial(_shared, partial(line.submit, _ask, process))
    finally:
        process.kill()
        line.shutdown(cancel_futures=True)
        process.communicate()  # closes both pipes, whatever was not read, and waits


def _shared(
    submit: Callable[..., Future[tuple[Any] | None]],
    function: Callable[..., Result],
    calls: Iterable[tuple[Any, ...]],
) -> Iterator[tuple[int, Result]]:
    """The helper begins at the front, while later arguments are still made; we at the back."""
    sent = [(call, submit(function, *call)) for call in calls]

    def results() -> Iterator[tuple[int, Result]]:
        theirs = list(enumerate(sent))
        while theirs and theirs[-1][1][1].cancel():
            number, (call, _) = theirs.pop()
            yield number, function(*call)
        # from the front: what is long done can be used while the helper ends its last
        for number, (call, answer) in theirs:
            done = answer.result()
            # what the helper failed at is done here, so that an error is raised where it is seen
            yield number, function(*call) if done is None else done[0]

    return results()


def _ask(process: subprocess.Popen[bytes], *call: Any) -> tuple[Any] | None:
    """The helper's answer; None if it failed or is no more."""
    assert process.stdin is not None
    assert process.stdout is not None
    # wrapped once more: what cannot be read there is read to its end all the same
    packed = pickle.dumps(call, pickle.HIGHEST_PROTOCOL)
    try:
        _write(process.stdin, packed)
        answer: tuple[Any] | None = pickle.loads(pickle.load(process.stdout))
    except (OSError, EOFError, pickle.UnpicklingError):
        return None
    return answer


def serve(modules: Iterable[str]) -> None:
    """Be the helper: answer until the other end is closed."""
    calls, answers = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # nothing that is printed may fall among the answers
    gc.disable()  # as in the night itself: few calls, whose rows live to the end
    for module in modules:
        import_module(module)
    while True:
        try:
            packed = pickle.load(calls)
        except (EOFError, pickle.UnpicklingError):
            return
        try:
            function, *arguments = pickle.loads(packed)
            answer = pickle.dumps((function(*arguments),), pickle.HIGHEST_PROTOCOL)
        except Exception:
            answer = pickle.dumps(None)
        try:
            _write(answers, answer)
        except OSError:
            return


def _write(file: IO[bytes], what: object) -> None:
    pickle.dump(what, file, pickle.HIGHEST_PROTOCOL)
    file.flush()


def _cores() -> int:
    """Cores that this process may use."""
    allowed = getattr(os, "sched_getaffinity", None)
    return (os.cpu_count() or 1) if allowed is None else len(allowed(0))
