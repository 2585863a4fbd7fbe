"""Whole report folders made from the small store, for tests that look at files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.report.small_store import AS_OF, build
from watchlist.config import Config
from watchlist.project import Project
from watchlist.report.site import write_daily


def write_site(root: Path, *, single_file: bool = False, **store: Any) -> Project:
    """A project whose reports folder holds the day's pages; `store` goes to `build`."""
    root.mkdir(parents=True, exist_ok=True)
    project = Project(root, simulated=bool(store.get("simulated", False)))
    con = build(**store)
    write_daily(con, project, Config(), as_of=store.get("as_of", AS_OF), single_file=single_file)
    con.close()
    return project


def many_events(count: int) -> tuple[Any, ...]:
    """As many events as asked for, a few days apart, each of three targets."""
    from datetime import date, timedelta

    from tests.report.small_store import PEERS, WATCHED, Event

    symbols = (*WATCHED, *PEERS)
    return tuple(
        Event(
            f"event-{n:03d}",
            date(2025, 3, 3) + timedelta(days=(n * 331) // count),
            f"A measure on critical minerals, number {n}, with a title of the usual length",
            tuple(symbols[(n * 5 + m * 3) % len(symbols)] for m in range(3)),
            category=("equity-stake", "loan", "trade", "export-control")[n % 4],
        )
        for n in range(count)
    )
