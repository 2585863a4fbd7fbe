"""The catalogue in the store: as it stands in the files, with numbers that last."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl

from tests.pull.world import World, catalog, history, security
from tests.store.made import building
from watchlist import calendar
from watchlist.catalog import Catalog, Event
from watchlist.store import sync

SESSIONS = calendar.sessions(["XNYS"], date(2025, 1, 1), date(2025, 12, 31))
EVENT = Event.model_validate(
    {
        "event_id": "mp-dod",
        "announced_on": date(2025, 7, 10),
        "timing": "pre-market",
        "timing_basis": "reported",
        "title": "The Department of Defense takes a stake in MP",
        "category": "equity-stake",
        "direction": "supportive",
        "certainty": "confirmed",
        "named": ("MP",),
        "exposed": ("LAC",),
        "directions": {"LAC": "adverse"},
        "entered_at": datetime(2026, 11, 27, 20, 30, tzinfo=UTC),
        "actors": ("Department of Defense",),
        "sources": (
            {"title": "A", "publisher": "P", "url": "https://example.org/a"},
            {"title": "B", "publisher": "Q"},
        ),
    }
)


def test_events_come_with_sources_targets_and_days(tmp_path: Path) -> None:
    known = Catalog(securities=(security("MP"), security("LAC")), events=(EVENT,))
    with building(tmp_path) as build:
        sync.write_catalog(build.con, known, SESSIONS)

        def rows(sql: str) -> list[tuple[object, ...]]:
            return build.con.execute(sql).fetchall()

        assert rows("SELECT event_id, actors, minerals FROM base.events") == [
            ("mp-dod", ["Department of Defense"], [])
        ]
        assert rows("SELECT position, title, url FROM base.event_sources ORDER BY 1") == [
            (1, "A", "https://example.org/a"),
            (2, "B", None),
        ]
        assert rows("SELECT symbol, relation, direction FROM base.event_targets ORDER BY 1") == [
            ("LAC", "exposed", "adverse"),
            ("MP", "named", "supportive"),
        ]
        assert rows("SELECT entered_at FROM base.events") == [(EVENT.entered_at,)]
        assert rows("SELECT calendar, day0 FROM base.event_days") == [("XNYS", date(2025, 7, 10))]


def test_a_security_keeps_its_number(tmp_path: Path) -> None:
    with building(tmp_path) as build:
        before = sync.security_ids(build.con)
        sync.write_catalog(
            build.con, catalog(security("AA"), security("LAC"), security("MP")), SESSIONS
        )
        after = sync.security_ids(build.con)
    assert {symbol: after[symbol] for symbol in before} == before
    assert len(set(after.values())) == 3


def test_a_security_that_left_keeps_its_bars_and_goes_without(world: World) -> None:
    world.vendor.market = {"MP": history(date(2026, 1, 5), date(2026, 1, 15))}
    world.night()
    world.catalog = catalog(security("AA"))
    world.vendor.market = {"AA": history(date(2026, 1, 5), date(2026, 1, 15))}
    world.night()
    assert world.rows("SELECT symbol, role FROM securities ORDER BY 1") == [
        ("AA", "watchlist"),
        ("MP", "reference"),
    ]
    assert world.bars("MP").height == 9


def test_a_field_that_the_catalogue_changed_is_changed(tmp_path: Path) -> None:
    with building(tmp_path) as build:
        renamed = catalog(security("MP", name="MP Materials", minerals=("rare earths",)))
        sync.write_catalog(build.con, renamed, SESSIONS)
        found = build.con.execute("SELECT name, minerals FROM base.securities").fetchall()
    assert found == [("MP Materials", ["rare earths"])]


def test_sessions_are_replaced_whole(tmp_path: Path) -> None:
    with building(tmp_path) as build:
        sync.write_catalog(
            build.con,
            catalog(security("MP")),
            SESSIONS.filter(pl.col("session") < date(2025, 3, 1)),
        )
        assert build.con.execute("SELECT max(session) FROM base.sessions").fetchall() == [
            (date(2025, 2, 28),)
        ]
