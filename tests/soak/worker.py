"""The process that pulls: told a night on stdin, answers on stdout, and may be shot meanwhile.

It lives over many nights, as a scheduler's might, so that nothing kept in memory goes unnoticed.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import sys
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.loopback import FakeClock, yfinance_at
from tests.soak.cast import catalog
from watchlist.config import Fetch
from watchlist.errors import NothingNewError
from watchlist.project import Project
from watchlist.sources.yahoo import YahooSource
from watchlist.store import bars, build, checks, open_build
from watchlist.store.pull import pull_bars


def die() -> None:
    """As the kernel's out-of-memory killer would do it: no handler, no cleanup."""
    os.kill(os.getpid(), signal.SIGKILL)


def shoot(point: str) -> None:
    """Arrange to die at the named point of the coming night."""
    if point.startswith("seconds "):
        timer = threading.Timer(float(point.removeprefix("seconds ")), die)
        timer.daemon = True
        timer.start()
    elif point.startswith("write "):
        _wrap(bars, "apply", after=int(point.removeprefix("write ")))
    elif point == "half copied":

        def half(source: Path, target: Path) -> None:
            data = Path(source).read_bytes()
            Path(target).write_bytes(data[: len(data) // 2])
            die()

        shutil.copyfile = half  # type: ignore[assignment]
    elif point == "before replace":
        build.replace = lambda new, published: die()  # type: ignore[assignment]
    elif point == "after replace":
        _wrap(build, "replace", after=1)


def _wrap(module: Any, name: str, after: int) -> None:
    """Die when the function has returned so many times."""
    real: Callable[..., Any] = getattr(module, name)
    calls = 0

    def counted(*args: Any, **kwargs: Any) -> Any:
        nonlocal calls
        result = real(*args, **kwargs)
        calls += 1
        if calls == after:
            die()
        return result

    setattr(module, name, counted)


def night(project: Project, order: dict[str, Any]) -> dict[str, Any]:
    """One run of the real code; only the clock and the address of Yahoo are not real."""
    clock = FakeClock(datetime.fromisoformat(order["now"]).replace(tzinfo=UTC))
    if order["kill"]:
        shoot(order["kill"])
    fetch = Fetch(attempts=2, first_wait_seconds=1, timeout_seconds=order["timeout"])
    source = YahooSource(fetch, project.work_dir / "yfinance", clock)
    try:
        with open_build(project, clock, command="soak") as made:
            summary = pull_bars(made, catalog(), source, clock=clock, full=order["full"])
            checks.record(made.con, made.started_at)
            published = made.publish()
    except NothingNewError as error:
        return {"error": str(error)}
    return {
        "published": published,
        "outcomes": {pull.symbol: [pull.outcome, pull.reason] for pull in summary.outcomes},
    }


def main() -> None:
    """Serve nights until stdin ends."""
    project = Project(Path(sys.argv[1]))
    with yfinance_at(sys.argv[2]):
        for line in sys.stdin:
            order = json.loads(line)
            answer = night(project, order)
            if order["kill"]:
                die()  # the night was over before its point came
            print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
