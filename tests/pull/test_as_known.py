"""What was known on a day: no later pull, correction, split or dividend leaks into it."""

from __future__ import annotations

from datetime import date

import duckdb
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from tests.pull.world import World, history, sessions, with_value
from watchlist.errors import StoreError
from watchlist.store import connect

FIRST, THURSDAY, FRIDAY = date(2025, 11, 3), date(2026, 1, 15), date(2026, 1, 16)


def two_nights(world: World, first: pl.DataFrame, second: pl.DataFrame) -> None:
    """Thursday's answer of the vendor, then Friday's."""
    world.vendor.market = {"MP": first}
    world.at("2026-01-15T23:00:00")
    world.night()
    world.vendor.market = {"MP": second}
    world.at("2026-01-16T23:00:00")
    world.night(full=True)


def test_a_later_bar_is_not_known(world: World) -> None:
    two_nights(world, history(FIRST, THURSDAY), history(FIRST, FRIDAY))
    assert_frame_equal(world.bars(as_known=THURSDAY), history(FIRST, THURSDAY))
    assert_frame_equal(world.bars(as_known=FRIDAY), history(FIRST, FRIDAY))


def test_a_later_correction_does_not_leak(world: World) -> None:
    before = history(FIRST, THURSDAY)
    day = before["session"][-3]
    two_nights(world, before, with_value(before, day, close=99.0, high=99.0))
    question = f"SELECT close, high FROM bars WHERE session = '{day}'"
    assert world.rows(question) == [(99.0, 99.0)]
    assert world.rows(question, as_known=THURSDAY) == [
        before.filter(pl.col("session") == day).select("close", "high").row(0)
    ]
    returns = f"SELECT ret > 1 FROM returns WHERE session = '{day}'"
    assert (world.rows(returns), world.rows(returns, as_known=THURSDAY)) == ([(True,)], [(False,)])
    assert world.rows("SELECT count(*) FROM restatements", as_known=THURSDAY) == [(0,)]
    assert world.rows("SELECT count(*) FROM pulls WHERE symbol = 'MP'", as_known=THURSDAY) == [(1,)]


def test_a_later_split_and_dividend_do_not_leak(world: World) -> None:
    before = history(FIRST, THURSDAY)
    after = with_value(history(FIRST, FRIDAY), FRIDAY, split=4.0).with_columns(
        pl.col("open", "high", "low", "close", "adj_close") / 4, pl.col("volume") * 4
    )
    paid = after.with_columns(
        adj_close=pl.when(pl.col("session") < FRIDAY)
        .then(pl.col("adj_close") * 0.99)
        .otherwise("adj_close")
    )
    two_nights(world, before, paid)
    assert_frame_equal(world.bars(as_known=THURSDAY), before)


def test_a_later_dividend_alone_does_not_leak(world: World) -> None:
    before = history(FIRST, THURSDAY)
    paid = history(FIRST, FRIDAY).with_columns(
        adj_close=pl.when(pl.col("session") < FRIDAY)
        .then(pl.col("adj_close") * 0.99)
        .otherwise("adj_close")
    )
    two_nights(world, before, paid)
    assert_frame_equal(world.bars(as_known=THURSDAY), before)


def test_a_value_that_came_late_and_changed_again_was_not_known(world: World) -> None:
    before = with_value(history(FIRST, THURSDAY), THURSDAY, open=None)
    two_nights(world, before, history(FIRST, FRIDAY))
    rescaled = history(FIRST, FRIDAY).with_columns(
        pl.col("open", "high", "low", "close", "adj_close") / 2
    )
    world.vendor.market = {"MP": rescaled}
    world.at("2026-01-17T23:00:00")
    world.night(full=True)
    assert_frame_equal(world.bars(as_known=THURSDAY), before)
    assert_frame_equal(world.bars(as_known=FRIDAY), history(FIRST, FRIDAY))


def test_a_bar_that_was_withdrawn_later_was_known(world: World) -> None:
    before = history(FIRST, THURSDAY)
    ghost = before["session"][-4]
    two_nights(world, before, before.filter(pl.col("session") != ghost))
    assert world.bars().height == before.height - 1
    assert_frame_equal(world.bars(as_known=THURSDAY), before)
    assert world.rows("SELECT bool_and(final) FROM bars", as_known=THURSDAY) == [(True,)]


def test_a_bar_that_came_late_was_not_known(world: World) -> None:
    whole = history(FIRST, THURSDAY)
    gap = whole["session"][-4]
    two_nights(world, whole.filter(pl.col("session") != gap), whole)
    assert gap not in world.bars(as_known=THURSDAY)["session"].to_list()


def test_a_provisional_bar_is_provisional_again(world: World) -> None:
    world.at("2026-01-15T18:00:00")
    bars = history(FIRST, THURSDAY)
    world.vendor.market = {"MP": with_value(bars, THURSDAY, close=1.0)}
    world.night()
    world.vendor.market = {"MP": bars}
    world.at("2026-01-16T12:00:00")
    world.night()
    last = "SELECT close, final FROM bars ORDER BY session DESC LIMIT 1"
    assert world.rows(last, as_known=THURSDAY) == [(1.0, False)]
    assert world.rows(last) == [(bars["close"][-1], True)]
    assert world.rows("SELECT max(session) FROM returns", as_known=THURSDAY) == [
        (bars["session"][-2],)
    ]


def test_what_is_computed_later_is_not_there(world: World) -> None:
    two_nights(world, history(FIRST, THURSDAY), history(FIRST, FRIDAY))
    for table in ("studies", "event_effects", "signals", "alerts"):
        assert world.rows(f"SELECT count(*) FROM {table}", as_known=THURSDAY) == [(0,)]


def test_studies_can_be_written_on_it_and_die_with_it(world: World) -> None:
    two_nights(world, history(FIRST, THURSDAY), history(FIRST, FRIDAY))
    before = world.project.store_file.read_bytes()
    with connect(world.project, as_known=THURSDAY) as con:
        con.execute(
            "INSERT INTO base.signals VALUES ('MP', '2026-01-15', 'move', 1.0, 1.0, 0.5, 'up')"
        )
        assert con.execute("SELECT count(*) FROM signals").fetchall() == [(1,)]
        with pytest.raises(duckdb.Error):
            con.execute("DELETE FROM store.base.bars")
    assert world.project.store_file.read_bytes() == before


def test_findings_are_those_of_the_day(world: World) -> None:
    before = with_value(history(FIRST, THURSDAY), THURSDAY, high=1.0)
    two_nights(world, before, history(FIRST, FRIDAY))
    question = "SELECT symbol, session FROM findings WHERE check_name = 'ohlc_rules'"
    assert world.rows(question) == []
    assert world.rows(question, as_known=THURSDAY) == [("MP", THURSDAY)]


def test_without_a_store_it_says_so(world: World) -> None:
    with pytest.raises(StoreError, match="no store"):
        connect(world.project, as_known=THURSDAY)


CHANGES = st.lists(
    st.tuples(
        st.integers(0, 20), st.sampled_from(["close", "open", "volume", "split", "paid", "gone"])
    ),
    max_size=4,
)


@settings(
    max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(st.tuples(st.booleans(), CHANGES), min_size=3, max_size=3))
def test_each_night_can_be_gone_back_to(
    world: World, nights: list[tuple[bool, list[tuple[int, str]]]]
) -> None:
    """Whatever the vendor did, each evening's bars come back exactly as they were stored then."""
    world.project.store_file.unlink(missing_ok=True)
    days = [day for day in sessions() if day > THURSDAY][: len(nights)]
    vendor = history(FIRST, THURSDAY)
    known = {}
    for day, (half, changes) in zip(days, nights, strict=True):
        vendor = pl.concat([vendor, history(day, day)]).unique("session").sort("session")
        for place, what in changes:
            vendor = _changed(vendor, vendor["session"][1 + place], what)
        # a value that comes a night late was not known on the first
        world.vendor.market = {"MP": with_value(vendor, day, open=None) if half else vendor}
        world.at(f"{day}T23:00:00")
        world.night(full=True)
        known[day] = world.bars()
    for day, bars in known.items():
        assert_frame_equal(world.bars(as_known=day), bars, rel_tol=1e-9)


def _changed(bars: pl.DataFrame, day: date, what: str) -> pl.DataFrame:
    before = pl.col("session") < day
    if what == "split":
        return bars.with_columns(pl.col("open", "high", "low", "close", "adj_close") / 2)
    if what == "paid":
        return bars.with_columns(
            adj_close=pl.when(before).then(pl.col("adj_close") * 0.98).otherwise("adj_close")
        )
    if what == "gone":
        return bars.filter(pl.col("session") != day)
    value = bars.filter(pl.col("session") == day)[what][0]
    return with_value(bars, day, **{what: value * 1.1 if what != "volume" else int(value * 1.1)})
