"""Ctrl-C, SIGTERM and SIGHUP end a command: soon, without a traceback, with 128 + their number.

The signal becomes one exception of the main thread, so that `with` and `finally` put away what a
command holds: a build, a file in the making, a child process. It need not arrive: DuckDB turns it
into an error of its own, a destructor swallows it, a long computation in C hears nothing. So a
thread that the signal reaches by itself waits beside, and ends the process when the grace is over,
whatever Python is doing. Nothing is harmed by that: files and stores take their place whole.

A process that was started to ignore a signal (`nohup`, `&` in a script) ignores it still.
"""

from __future__ import annotations

import os
import select
import signal
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from types import FrameType
from typing import Any, NoReturn

STOPS = tuple(
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)
)

GRACE_SECONDS = 1.2
"""For putting away; a second signal ends it."""

ECHO_SECONDS = 0.2
"""Within that a second signal is the first once more: `timeout` sends it to us and to our group."""

AGAIN_SECONDS = 0.05
"""After that the main thread is told again, as long as it could not listen."""


AS_IT_WAS = "every file is as it was or new, none is half written"


class Stopped(BaseException):
    """The process was told to stop; not an Exception, so nobody takes it for a failure of theirs.

    Raised once, in the main thread.
    """


class Stop:
    """What this process was told, from the moment that this is made."""

    def __init__(self) -> None:
        self.number: int | None = None
        """Of the first signal; None while there was none."""
        self._raising = False
        self._saying = threading.Lock()
        for number in STOPS:
            if signal.getsignal(number) is not signal.SIG_IGN:
                signal.signal(number, self._heard)

    def watch(self) -> None:
        """Begin to see to it that the process ends. Standard streams should be open by now."""
        sys.unraisablehook = _unless_told(self, sys.unraisablehook)
        threading.excepthook = _unless_told(self, threading.excepthook)
        if not hasattr(signal, "pthread_kill"):
            return
        signal.signal(signal.SIGALRM, self._heard)
        told, tell = os.pipe()
        os.set_blocking(tell, False)
        signal.set_wakeup_fd(tell, warn_on_full_buffer=False)
        main = threading.get_ident()
        threading.Thread(target=self._wait, args=(told, main), daemon=True).start()

    def run(self, work: Callable[[], int]) -> int:
        """What the work gives; within it a signal is raised as `Stopped`."""
        try:
            self._raising = True
            if self.number is not None:
                raise Stopped
            return work()
        finally:
            self._raising = False

    def leave(self) -> NoReturn:
        """End the process now, with the signal's exit code and one line of talk."""
        number = self.number or signal.SIGINT
        # whoever comes second gives the first the time to say it
        if self._saying.acquire(timeout=0.2):
            _say(f"stopped by {signal.Signals(number).name}; {AS_IT_WAS}")
        os._exit(128 + number)

    def _heard(self, number: int, frame: FrameType | None) -> None:
        if number in STOPS and self.number is None:
            self.number = number
        # raised within the import of a C module, an exception can abort the process
        if self._raising and not _is_importing(frame):
            self._raising = False
            raise Stopped

    def _wait(self, told: int, main: int) -> None:
        """The thread beside: it hears a signal also while the main thread computes in C."""
        while (number := _next_stop(told, None)) is None:
            continue
        self.number, first = self.number or number, time.monotonic()
        while time.monotonic() < first + GRACE_SECONDS:
            if self._raising:
                signal.pthread_kill(main, signal.SIGALRM)
            again = _next_stop(told, AGAIN_SECONDS)
            if again is not None and time.monotonic() > first + ECHO_SECONDS:
                break
        self.leave()


def _next_stop(told: int, timeout: float | None) -> int | None:
    """The first stop among the signals that came since; None if none came in time."""
    ready, _, _ = select.select([told], [], [], timeout)
    return (
        next((number for number in os.read(told, 64) if number in STOPS), None) if ready else None
    )


_Hook = Callable[[Any], object]


def _unless_told(stop: Stop, hook: _Hook) -> _Hook:
    """What threads and destructors meet once the process is told to stop is no news."""
    return lambda failure: None if stop.number is not None else hook(failure)


def _is_importing(frame: FrameType | None) -> bool:
    while frame is not None:
        if frame.f_code.co_filename == "<frozen importlib._bootstrap>":
            return True
        frame = frame.f_back
    return False


def _say(text: str) -> None:
    """One line on stderr, past Python's buffer, whose lock may be held, and only if it is read."""
    with suppress(OSError, ValueError):
        file = sys.stderr.fileno()
        # a progress bar that is not taken away has hidden the cursor
        shown = "\x1b[?25h" if os.isatty(file) else ""
        if select.select([], [file], [], 0)[1]:
            os.write(file, f"{shown}{text}\n".encode())
