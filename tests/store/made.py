"""Stores for tests, made by the real writer."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import polars as pl

from tests.loopback import FakeClock
from tests.pull.world import catalog, security
from watchlist import calendar
from watchlist.project import Project
from watchlist.store import Build, open_build, sync, write_frame


@contextmanager
def building(folder: Path, clock: FakeClock | None = None) -> Iterator[Build]:
    """A build with a catalogue of MP and LAC; leaves without publishing."""
    with open_build(Project(folder), clock or FakeClock(), command="test") as build:
        sessions = calendar.sessions(["XNYS"], date(2025, 1, 1), date(2026, 12, 31))
        sync.write_catalog(build.con, catalog(security("MP"), security("LAC")), sessions)
        yield build


def publish_number(folder: Path, number: int) -> None:
    """Publish a store whose every table says `number`: for readers that look for torn states."""
    with open_build(Project(folder), FakeClock(), command="test") as build:
        write_frame(
            build.con,
            "security_aliases",
            pl.DataFrame({"symbol": ["MP"] * 500, "alias": [str(number)] * 500}),
            replace={},
        )
        write_frame(
            build.con,
            "alerts",
            pl.DataFrame(
                {
                    "symbol": ["MP"] * 500,
                    "session": [date(2026, 1, 15)] * 500,
                    "signal": ["s"] * 500,
                    "state": ["up"] * 500,
                    "previous_state": ["quiet"] * 500,
                    "value": [float(number)] * 500,
                    "rule": ["r"] * 500,
                    "sentence": ["x"] * 500,
                }
            ),
            replace={},
        )
        assert build.publish()
