"""A second source asked about the stored bars: disagreements are findings, no more."""

from __future__ import annotations

from datetime import date

from polars.testing import assert_frame_equal

from tests.pull.world import Vendor, World, history, with_value
from watchlist.errors import TransientSourceError
from watchlist.sources import RateLimitedError
from watchlist.store import open_build
from watchlist.store.verify import VerifySummary, run_verify

FIRST, THURSDAY = date(2025, 11, 3), date(2026, 1, 15)
BARS = history(FIRST, THURSDAY)


def verify(world: World, second: Vendor) -> VerifySummary:
    with open_build(world.project, world.clock) as build:
        summary = run_verify(build, world.catalog, second, clock=world.clock)
        build.publish()
    return summary


def stored(world: World) -> None:
    world.vendor.market = {"MP": BARS, "LAC": BARS}
    world.night()


def test_another_close_or_volume_is_told_and_kept_apart(world: World) -> None:
    stored(world)
    day = BARS["session"][-3]
    other = with_value(BARS, day, close=BARS["close"][-3] * 1.02, volume=10)
    summary = verify(world, Vendor({"MP": other, "LAC": BARS}, name="second"))
    assert (summary.compared, summary.disagreements) == (2 * BARS.height, 2)
    found = world.rows(
        "SELECT severity, symbol, session, round(value, 3) FROM findings "
        "WHERE check_name = 'verify_second' ORDER BY severity"
    )
    assert found == [("note", "MP", day, -1.0), ("warning", "MP", day, 0.02)]
    assert_frame_equal(world.bars(), BARS)


def test_vendors_may_differ_a_little(world: World) -> None:
    stored(world)
    near = with_value(BARS, BARS["session"][-3], close=BARS["close"][-3] * 1.003)
    assert verify(world, Vendor({"MP": near, "LAC": BARS}, name="second")).disagreements == 0


def test_the_next_verification_replaces_the_last(world: World) -> None:
    stored(world)
    far = with_value(BARS, BARS["session"][-3], close=1.0)
    verify(world, Vendor({"MP": far, "LAC": BARS}, name="second"))
    verify(world, Vendor({"MP": BARS, "LAC": BARS}, name="second"))
    assert world.rows("SELECT count(*) FROM findings") == [(0,)]


def test_a_second_source_that_fails_is_told_and_harms_nothing(world: World) -> None:
    stored(world)
    second = Vendor({"LAC": BARS}, name="second")
    second.failing["MP"] = TransientSourceError("timed out")
    summary = verify(world, second)
    assert summary.unanswered == ("MP: timed out",)
    assert summary.compared == BARS.height


def test_a_rate_limit_of_the_second_source_ends_the_verification(world: World) -> None:
    stored(world)
    second = Vendor({"MP": BARS, "LAC": BARS}, name="second")
    second.failing["MP"] = RateLimitedError("429")
    verify(world, second)
    assert [symbol for symbol, *_ in second.asked] == ["MP"]
