"""The comparison by itself: applied, it gives the vendor's bars; undone, the stored ones."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.pull.world import history, with_value
from watchlist.store.restate import FIELDS, Comparison, compare

PULLED = datetime(2026, 1, 15, 23, 0, tzinfo=UTC)
BARS = history(date(2025, 11, 3), date(2026, 1, 15))


def stored(bars: pl.DataFrame = BARS, *, final: bool = True) -> pl.DataFrame:
    return bars.with_columns(
        pl.lit(final).alias("final"),
        pl.lit(7, dtype=pl.Int32).alias("adj_basis"),
        pl.lit("vendor").alias("source"),
        pl.lit(PULLED - timedelta(days=40)).alias("first_pulled_at"),
        pl.lit(PULLED).alias("pulled_at"),
    )


def fetched(bars: pl.DataFrame = BARS) -> pl.DataFrame:
    return bars.with_columns(pl.lit(True).alias("final"))


def causes(found: Comparison) -> set[str]:
    return set(found.changes["cause"])


def test_equal_bars_are_no_change() -> None:
    found = compare(stored(), fetched())
    assert found.changes.is_empty()
    assert found.new.is_empty()
    assert found.updated.is_empty()
    assert not found.needs_whole_history
    assert found.basis == 7


def test_single_precision_noise_is_no_change() -> None:
    noisy = BARS.with_columns(pl.col("open", "high", "low", "close", "adj_close") * (1 + 6e-8))
    assert compare(stored(), fetched(noisy)).changes.is_empty()


def test_nothing_stored_makes_all_new() -> None:
    found = compare(stored().clear(), fetched())
    assert found.new.height == BARS.height
    assert found.basis is None


@pytest.mark.parametrize("ratio", [0.05, 0.1, 0.2, 0.5, 2.0, 3.0, 10.0, 1.5])
def test_a_constant_ratio_is_a_split(ratio: float) -> None:
    scaled = BARS.with_columns(pl.col("open", "high", "low", "close", "adj_close") * ratio)
    found = compare(stored(), fetched(scaled))
    assert causes(found) == {"split"}
    assert found.ratio == pytest.approx(ratio)
    assert found.needs_whole_history
    assert found.strange == 0


def test_a_split_of_prices_rounded_to_cents_is_a_split() -> None:
    # NVA: 4.80 in one download, 0.96 in a later one
    cents = BARS.with_columns(pl.col("open", "high", "low", "close", "adj_close").round(2))
    scaled = cents.with_columns((pl.col("open", "high", "low", "close", "adj_close") / 5).round(2))
    found = compare(stored(cents), fetched(scaled))
    assert set(found.changes.filter(pl.col("field") == "close")["cause"]) == {"split"}


def test_ratios_that_differ_are_a_correction() -> None:
    days = BARS["session"]
    changed = with_value(with_value(BARS, days[-2], close=20.0), days[-5], close=30.0)
    found = compare(stored(), fetched(changed))
    assert causes(found) == {"correction"}
    assert found.changes["session"].to_list() == [days[-5], days[-2]]
    assert found.needs_whole_history


def test_one_wrong_bar_in_a_split_is_a_correction_among_splits() -> None:
    scaled = BARS.with_columns(pl.col("open", "high", "low", "close", "adj_close") / 2)
    wrong = with_value(scaled, BARS["session"][3], close=99.0)
    wrong = with_value(wrong, BARS["session"][-1], split=2.0)
    found = compare(stored(), fetched(wrong)).changes.filter(pl.col("field") == "close")
    assert found.filter(pl.col("cause") == "correction")["session"].to_list() == [
        BARS["session"][3]
    ]


@pytest.mark.parametrize(
    ("volume", "cause"), [(1_050_000, "late"), (950_000, "late"), (2_000_000, "correction")]
)
def test_volume_settles_or_is_corrected(volume: int, cause: str) -> None:
    before = with_value(BARS, BARS["session"][-1], volume=1_000_000)
    found = compare(stored(before), fetched(with_value(BARS, BARS["session"][-1], volume=volume)))
    assert causes(found) == {cause}
    assert found.needs_whole_history == (cause == "correction")


def test_a_provisional_bar_becomes_final_without_alarm() -> None:
    last = BARS["session"][-1]
    before = stored().with_columns(final=pl.col("session") < last)
    found = compare(before, fetched(with_value(BARS, last, close=1.0, adj_close=1.0)))
    assert causes(found) == {"final"}
    assert not found.needs_whole_history
    assert found.basis == 7


def test_two_dividends_at_once_are_two_steps_that_multiply() -> None:
    first, second = BARS["session"][10], BARS["session"][20]
    paid = BARS.with_columns(
        adj_close=pl.col("adj_close")
        * pl.when(pl.col("session") < first).then(0.99).otherwise(1.0)
        * pl.when(pl.col("session") < second).then(0.98).otherwise(1.0)
    )
    found = compare(stored(), fetched(paid))
    steps = found.changes.select("session", pl.col("new_value") / pl.col("old_value")).rows()
    assert [day for day, _ in steps] == [BARS["session"][9], BARS["session"][19]]
    assert [ratio for _, ratio in steps] == pytest.approx([0.99, 0.98])
    assert found.rebased
    assert found.sessions_changed == 0


def test_adjusted_closes_all_over_the_place_are_corrections() -> None:
    many = pl.concat([BARS, history(date(2025, 1, 2), date(2025, 10, 31))]).sort("session")
    wild = many.with_columns(
        adj_close=pl.col("adj_close") * (1 + 0.01 * (pl.int_range(pl.len()) * 7 % 5))
    )
    assert causes(compare(stored(many), fetched(wild))) == {"correction"}


def test_withdrawn_means_inside_what_the_vendor_gave() -> None:
    days = BARS["session"]
    given_now = BARS.filter(~pl.col("session").is_in([days[0], days[5], days[-1]]))
    found = compare(stored(), fetched(given_now))
    assert found.withdrawn["session"].to_list() == [days[5]]


VALUES = st.floats(0.01, 1000, allow_nan=False)


@st.composite
def vendor_changes(draw: st.DrawFn) -> pl.DataFrame:
    """The bars with any values changed, any bars left out, and perhaps a split or a dividend."""
    bars = BARS
    if draw(st.booleans()):
        ratio = draw(st.sampled_from([0.1, 0.5, 2.0, 4.0]))
        bars = bars.with_columns(pl.col("open", "high", "low", "close", "adj_close") * ratio)
    if draw(st.booleans()):
        before = draw(st.sampled_from(BARS["session"].to_list()))
        bars = bars.with_columns(
            adj_close=pl.when(pl.col("session") < before)
            .then(pl.col("adj_close") * 0.97)
            .otherwise("adj_close")
        )
    for session in draw(st.lists(st.sampled_from(BARS["session"].to_list()), max_size=4)):
        name = draw(st.sampled_from(["open", "high", "low", "close", "adj_close", "dividend"]))
        bars = with_value(bars, session, **{name: draw(VALUES)})
    for session in draw(st.lists(st.sampled_from(BARS["session"].to_list()), max_size=2)):
        bars = with_value(bars, session, volume=draw(st.integers(0, 10**10)))
    gone = draw(st.lists(st.sampled_from(BARS["session"].to_list()[1:-1]), max_size=3))
    return bars.filter(~pl.col("session").is_in(gone))


def applied(old: pl.DataFrame, found: Comparison) -> pl.DataFrame:
    """What the store holds after the comparison is written, as `bars.apply` writes it."""
    names = ["session", *FIELDS, "adj_close"]
    kept = old.join(found.updated, on="session", how="anti").join(
        found.withdrawn, on="session", how="anti"
    )
    parts = [kept.select(names), found.updated.select(names), found.new.select(names)]
    return pl.concat(parts).sort("session")


@settings(max_examples=150, deadline=None)
@given(vendor_changes())
def test_applying_the_differences_gives_what_the_vendor_gave(bars: pl.DataFrame) -> None:
    found = compare(stored(), fetched(bars))
    after = applied(stored(), found)
    assert after["session"].to_list() == bars["session"].to_list()
    for name in (*FIELDS, "adj_close"):
        tolerance = 1.1e-5 if name == "adj_close" else 1.1e-6
        for ours, theirs in zip(after[name], bars[name], strict=True):
            assert ours == pytest.approx(theirs, rel=tolerance)


@settings(max_examples=150, deadline=None)
@given(vendor_changes())
def test_every_difference_is_on_record(bars: pl.DataFrame) -> None:
    """Going back through the record from the new values gives the old ones."""
    found = compare(stored(), fetched(bars))
    after = applied(stored(), found)
    old = {row["session"]: row for row in BARS.iter_rows(named=True)}
    by_row = found.changes.filter(
        ~((pl.col("cause") == "dividend") & (pl.col("field") == "adj_close"))
    )
    steps = found.changes.filter((pl.col("cause") == "dividend") & (pl.col("field") == "adj_close"))
    record = {(day, name): value for day, name, value, *_ in by_row.rows()}
    for row in after.iter_rows(named=True):
        for name in (*FIELDS, "adj_close"):
            value = record.get((row["session"], name), row[name])
            if name == "adj_close" and (row["session"], name) not in record:
                for day, _, before, now, *_ in steps.rows():
                    value *= before / now if row["session"] <= day else 1.0
            assert value == pytest.approx(old[row["session"]][name], rel=2e-5)


@settings(max_examples=60, deadline=None)
@given(vendor_changes())
def test_comparing_again_finds_nothing(bars: pl.DataFrame) -> None:
    after = applied(stored(), compare(stored(), fetched(bars)))
    again = compare(stored(after), fetched(bars))
    assert again.changes.is_empty()
    assert again.new.is_empty()
    assert again.withdrawn.is_empty()
