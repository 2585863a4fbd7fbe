"""Keep an eye on a running query: interrupt it in time, and tell how far it is."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import duckdb

GRACE_SECONDS = 3.0
"""A query inside one long function call sees an interrupt only after it."""

POLL_SECONDS = 0.2


class Watch:
    """The watcher's memory of one query."""

    def __init__(self) -> None:
        self.timed_out = False
        self.done = threading.Event()


@contextmanager
def watch(
    con: duckdb.DuckDBPyConnection,
    timeout_seconds: float | None,
    *,
    progress: Callable[[float], None] | None = None,
    stuck: Callable[[], None] | None = None,
) -> Iterator[Watch]:
    """Interrupt the queries of `con` when the time is over.

    Parameters
    ----------
    timeout_seconds : float or None
        None waits for ever.
    progress : callable, optional
        Called from the watching thread with the percentage that is done.
    stuck : callable, optional
        Called from the watching thread when the interrupt was not heeded; it may end the process.
    """
    state = Watch()
    thread = threading.Thread(
        target=_keep_watch,
        args=(con, state, timeout_seconds, progress, stuck),
        name="query-watch",
        daemon=True,
    )
    thread.start()
    try:
        yield state
    finally:
        state.done.set()
        thread.join()


def _keep_watch(
    con: duckdb.DuckDBPyConnection,
    state: Watch,
    timeout_seconds: float | None,
    progress: Callable[[float], None] | None,
    stuck: Callable[[], None] | None,
) -> None:
    start = time.monotonic()
    deadline = float("inf") if timeout_seconds is None else start + timeout_seconds
    while True:
        rest = deadline - time.monotonic()
        if rest <= 0:
            break
        # without anything to tell, one long sleep instead of many short ones
        pause = min(POLL_SECONDS if progress else threading.TIMEOUT_MAX, rest)
        if state.done.wait(pause):
            return
        if progress:
            progress(max(con.query_progress(), 0.0))
    state.timed_out = True
    con.interrupt()
    if not state.done.wait(GRACE_SECONDS) and stuck:
        stuck()
