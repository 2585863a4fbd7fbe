"""Compaction keeps every value, sorts the bars and gives space back."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from tests.pull.world import World, history
from watchlist.errors import StoreError
from watchlist.store import compact, connect, open_build
from watchlist.store.compact import content

FIRST, THURSDAY = date(2025, 6, 2), date(2026, 1, 15)


def filled(world: World) -> None:
    """Eleven nights: bars of both symbols lie night by night."""
    for day in history(date(2026, 1, 2), THURSDAY)["session"]:
        world.vendor.market = {"MP": history(FIRST, day), "LAC": history(FIRST, day, start=5.0)}
        world.at(f"{day}T23:00:00")
        world.night()


def order(world: World) -> list[tuple[object, ...]]:
    return world.rows("SELECT security_id, session FROM base.bars")


def test_bars_are_sorted_and_nothing_else_changes(world: World) -> None:
    filled(world)
    assert order(world) != sorted(order(world)), "the nights lie behind each other"
    with connect(world.project) as con:
        before = content(con, to_the_bit=True)
        views = con.execute("SELECT count(*) FROM returns").fetchall()
    with open_build(world.project, world.clock) as made:
        assert made.publish(compacted=True)
    assert order(world) == sorted(order(world))
    with connect(world.project) as con:
        after = content(con, to_the_bit=True)
        assert con.execute("SELECT count(*) FROM returns").fetchall() == views
    assert {k: v for k, v in after.items() if k != "meta"} == {
        k: v for k, v in before.items() if k != "meta"
    }


def test_many_loose_bars_are_sorted_without_being_asked(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compact, "LOOSE_BARS", 5)
    monkeypatch.setattr(compact, "LOOSE_SHARE", 0.02)
    filled(world)
    loose = [a > b for a, b in zip(order(world), order(world)[1:], strict=False)]
    assert sum(loose) < 6, "at most the last nights lie behind"


def test_a_copy_that_differs_is_not_published(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    filled(world)
    before = world.project.store_file.read_bytes()
    answers = iter([{"bars": (1,)}, {"bars": (2,)}])
    monkeypatch.setattr(compact, "content", lambda con, **_: next(answers))
    with (
        pytest.raises(StoreError, match="differs"),
        open_build(world.project, world.clock) as made,
    ):
        made.publish(compacted=True)
    assert world.project.store_file.read_bytes() == before
    left = {path.name for path in world.project.work_dir.iterdir()}
    assert left == {"watchlist.lock"}


def test_old_logs_go_but_what_bars_point_to_stays(world: World) -> None:
    filled(world)
    world.clock.moment += timedelta(days=800)
    with open_build(world.project, world.clock) as made:
        made.publish(compacted=True)
    missing = "SELECT count(*) FROM bars WHERE pull_id NOT IN (SELECT pull_id FROM pulls)"
    assert world.rows(missing) == [(0,)]
    assert world.rows("SELECT count(*) FROM runs") != [(0,)]


def test_room_of_deleted_bars_is_given_back(world: World) -> None:
    filled(world)
    with open_build(world.project, world.clock) as made:
        made.con.execute("CREATE TABLE base.big AS SELECT random() AS x FROM range(500000)")
        made.con.execute("CHECKPOINT")
        made.con.execute("DROP TABLE base.big")
        made.con.execute("UPDATE base.securities SET name = 'x'")
        made.publish()
    before = Path(world.project.store_file).stat().st_size
    with open_build(world.project, world.clock) as made:
        made.publish(compacted=True)
    assert Path(world.project.store_file).stat().st_size < before / 2
