"""One vendor, one store, night after night: what is appended, restated, kept, refused."""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from tests.pull.world import World, history, security, with_value
from watchlist.errors import NothingNewError, PermanentSourceError, TransientSourceError
from watchlist.sources import RateLimitedError

FIRST, THURSDAY, FRIDAY = date(2025, 6, 2), date(2026, 1, 15), date(2026, 1, 16)
MONDAY_HOLIDAY, TUESDAY = date(2026, 1, 19), date(2026, 1, 20)
AFTER_CLOSE = "{}T23:00:00"


def two(last: date) -> dict[str, pl.DataFrame]:
    return {"MP": history(FIRST, last), "LAC": history(FIRST, last, start=5.0)}


def test_first_night_stores_what_the_vendor_gave(world: World) -> None:
    world.vendor.market = two(THURSDAY)
    summary = world.night()
    assert [pull.outcome for pull in summary.outcomes] == ["new", "new"]
    assert summary.failed == ()
    assert summary.as_of == THURSDAY
    assert_frame_equal(world.bars(), world.vendor.market["MP"])
    assert world.rows("SELECT DISTINCT final FROM bars") == [(True,)]


def test_next_night_asks_for_ten_sessions_and_appends_one(world: World) -> None:
    world.vendor.market = two(THURSDAY)
    world.night()
    world.vendor.market = two(FRIDAY)
    world.at("2026-01-16T23:00:00")
    world.vendor.asked.clear()
    summary = world.night()
    assert [(p.outcome, p.rows_new) for p in summary.outcomes] == [("new", 1), ("new", 1)]
    stored = history(FIRST, THURSDAY)["session"]
    assert world.vendor.asked[0] == ("MP", stored[-10], None)
    assert_frame_equal(world.bars(), world.vendor.market["MP"])
    assert world.rows("SELECT count(*) FROM restatements") == [(0,)]


def test_second_run_of_a_day_leaves_the_file_as_it_is(world: World) -> None:
    world.vendor.market = two(THURSDAY)
    world.night()
    before = world.project.store_file.read_bytes()
    world.clock.sleep(600)
    summary = world.night()
    assert [pull.outcome for pull in summary.outcomes] == ["unchanged", "unchanged"]
    assert not world.published
    assert world.project.store_file.read_bytes() == before


def test_a_failure_after_a_good_run_is_published(world: World) -> None:
    world.vendor.market = two(THURSDAY)
    world.night()
    world.vendor.failing["LAC"] = TransientSourceError("timed out")
    assert world.night().failed == ("LAC",)
    assert world.published, "the report must be able to say that LAC failed"
    world.clock.sleep(600)
    world.night()
    assert not world.published, "the same failure again is nothing new"


def test_one_bad_symbol_harms_no_other(world: World) -> None:
    world.vendor.market = two(THURSDAY)
    world.night()
    kept = world.bars("LAC")
    world.vendor.market = two(FRIDAY)
    world.vendor.failing["LAC"] = PermanentSourceError("no such symbol")
    world.at("2026-01-16T23:00:00")
    summary = world.night()
    assert summary.failed == ("LAC",)
    assert_frame_equal(world.bars("LAC"), kept)
    assert world.bars("MP").height == world.vendor.market["MP"].height
    assert world.rows("SELECT outcome, kind, reason FROM pulls ORDER BY pull_id")[-1] == (
        "failed",
        "permanent",
        "no such symbol",
    )


def test_nothing_had_raises_and_leaves_the_file(world: World) -> None:
    world.vendor.market = two(THURSDAY)
    world.night()
    before = world.project.store_file.read_bytes()
    for symbol in ("MP", "LAC"):
        world.vendor.failing[symbol] = TransientSourceError(f"{symbol} timed out")
    with pytest.raises(NothingNewError, match=r"(?s)MP timed out.*try again later"):
        world.night()
    for symbol in ("MP", "LAC"):
        world.vendor.failing[symbol] = PermanentSourceError("no such symbol")
    with pytest.raises(NothingNewError, match=r"(?s)no such symbol.*mend that, or name another"):
        world.night()
    assert world.project.store_file.read_bytes() == before


def test_nothing_had_on_the_first_night_makes_no_file(world: World) -> None:
    world.vendor.failing["MP"] = world.vendor.failing["LAC"] = TransientSourceError("down")
    with pytest.raises(NothingNewError):
        world.night()
    assert not world.project.store_file.exists()
    assert not world.project.build_file.exists()


def test_a_rate_limit_ends_the_run_politely(world: World) -> None:
    world.catalog = world.catalog.model_copy(
        update={"securities": (security("AA"), security("MP"), security("LAC"))}
    )
    world.vendor.market = {**two(THURSDAY), "AA": history(FIRST, THURSDAY, start=40.0)}
    world.vendor.failing["MP"] = RateLimitedError("429")
    summary = world.night()
    assert [(p.symbol, p.outcome, p.kind) for p in summary.outcomes] == [
        ("AA", "new", None),
        ("MP", "failed", "transient"),
        ("LAC", "skipped", "transient"),
    ]
    assert summary.failed == ("MP", "LAC")
    assert [symbol for symbol, *_ in world.vendor.asked] == ["AA", "MP"]
    assert "429" in str(summary.outcomes[2].reason)


def test_a_file_without_the_symbol_is_no_failure(world: World) -> None:
    world.vendor.market = {"MP": history(FIRST, THURSDAY)}
    summary = world.night()
    assert [(p.outcome, p.kind) for p in summary.outcomes] == [("new", None), ("skipped", None)]
    assert summary.failed == ()


def test_a_bar_of_an_open_session_is_provisional_until_the_next_pull(world: World) -> None:
    # the real case: MP on 2026-07-14, 51.19 at 10:10 in New York, 50.79 at the close
    world.at("2026-07-14T14:10:00")
    day = date(2026, 7, 14)
    final = with_value(history(FIRST, day), day, close=50.79, adj_close=50.79)
    world.vendor.market = {"MP": with_value(final, day, close=51.19, adj_close=51.19)}
    world.night()
    assert world.rows("SELECT close, final FROM bars ORDER BY session")[-1] == (51.19, False)
    assert world.rows("SELECT max(session) FROM returns") == [(date(2026, 7, 13),)]
    world.vendor.market = {"MP": final}
    world.at("2026-07-14T20:10:00")
    world.night()
    assert world.rows("SELECT final FROM bars ORDER BY session")[-1] == (False,), "too early"
    world.at("2026-07-14T20:20:00")
    summary = world.night()
    assert summary.outcomes[0].outcome == "new"
    assert world.rows("SELECT close, final FROM bars ORDER BY session")[-1] == (50.79, True)
    assert world.rows("SELECT session, field, old_value, new_value, cause FROM restatements") == [
        (day, "adj_close", 51.19, 50.79, "final"),
        (day, "close", 51.19, 50.79, "final"),
        (day, "final", 0.0, 1.0, "final"),
    ]


def test_a_split_rescales_the_whole_history(world: World) -> None:
    # the real case: NVA, five times between two downloads, without a reported action
    before = history(FIRST, THURSDAY)
    world.vendor.market = {"MP": before}
    world.night()
    after = history(FIRST, FRIDAY).with_columns(
        (pl.col("open", "high", "low", "close", "adj_close") / 5).round(4),
        (pl.col("volume") * 5),
    )
    world.vendor.market = {"MP": after}
    world.at("2026-01-16T23:00:00")
    world.vendor.asked.clear()
    summary = world.night()
    assert [start for _, start, _ in world.vendor.asked][:2] == [before["session"][-10], FIRST]
    pull = summary.outcomes[0]
    assert pull.outcome == "restated"
    assert pull.reason == f"split: {before.height} bars, prices times 0.2"
    assert pull.rows_changed == before.height
    assert_frame_equal(world.bars(), after)
    assert world.rows("SELECT DISTINCT cause FROM restatements") == [("split",)]
    (old,) = world.rows(
        f"SELECT old_value FROM restatements WHERE field = 'close' AND session = '{FIRST}'"
    )
    assert old[0] == before["close"][0]


def test_a_split_that_the_vendor_applies_days_later_is_still_a_split(world: World) -> None:
    """Bars since the ex-date came in the new scale, only the older ones are rescaled."""
    bars = with_value(history(FIRST, THURSDAY), THURSDAY, split=10.0)
    world.vendor.market = {"MP": bars}
    world.night()
    scaled = bars.with_columns(
        pl.when(pl.col("session") < THURSDAY).then(pl.col(name) / 10).otherwise(name).alias(name)
        for name in ("open", "high", "low", "close", "adj_close")
    )
    world.vendor.market = {"MP": scaled}
    summary = world.night()
    assert summary.outcomes[0].reason == f"split: {bars.height - 1} bars, prices times 0.1"
    assert_frame_equal(world.bars(), scaled)


def test_a_correction_is_fetched_whole_and_recorded(world: World) -> None:
    bars = history(FIRST, THURSDAY)
    world.vendor.market = {"MP": bars}
    world.night()
    recent, old = bars["session"][-3], bars["session"][20]
    fixed = with_value(with_value(bars, recent, close=9.0), old, high=99.0)
    world.vendor.market = {"MP": fixed}
    summary = world.night()
    assert summary.outcomes[0].outcome == "restated"
    assert summary.outcomes[0].reason == "correction: 2 bars"
    assert_frame_equal(world.bars(), fixed)
    assert world.rows("SELECT session, field, new_value, cause FROM restatements ORDER BY 1") == [
        (old, "high", 99.0, "correction"),
        (recent, "close", 9.0, "correction"),
    ]


def test_an_old_correction_is_found_by_the_weekly_verification(world: World) -> None:
    bars = history(FIRST, FRIDAY)
    world.vendor.market = {"MP": history(FIRST, THURSDAY)}
    world.night()
    fixed = with_value(bars, bars["session"][5], low=1.0)
    world.vendor.market = {"MP": fixed}
    world.at("2026-01-16T23:00:00")
    assert world.night().outcomes[0].outcome == "new", "outside the overlap, same week"
    world.at("2026-01-19T23:00:00")
    summary = world.night()
    assert (summary.outcomes[0].outcome, summary.outcomes[0].whole) == ("restated", True)
    assert_frame_equal(world.bars(), fixed)


def test_late_volume_is_a_restatement_without_a_refetch(world: World) -> None:
    # the real case: LAC on 2026-08-05, 8,296,828 shares, later 8,838,200
    bars = with_value(history(FIRST, THURSDAY), THURSDAY, volume=8_296_828)
    world.vendor.market = {"MP": bars}
    world.night()
    world.vendor.asked.clear()
    world.vendor.market = {"MP": with_value(bars, THURSDAY, volume=8_838_200)}
    summary = world.night()
    assert len([1 for symbol, *_ in world.vendor.asked if symbol == "MP"]) == 1
    assert summary.outcomes[0].reason == "late: 1 bar"
    assert world.bars()["volume"][-1] == 8_838_200
    assert world.rows("SELECT field, old_value, new_value, cause FROM restatements") == [
        ("volume", 8_296_828.0, 8_838_200.0, "late")
    ]


def test_a_dividend_rebases_adjusted_closes_with_one_record(world: World) -> None:
    bars = history(FIRST, THURSDAY)
    world.vendor.market = {"MP": bars}
    world.night()
    factor = 1 - 0.5 / bars["close"][-1]
    paid = with_value(history(FIRST, FRIDAY), FRIDAY, dividend=0.5).with_columns(
        adj_close=pl.when(pl.col("session") < FRIDAY)
        .then(pl.col("adj_close") * factor)
        .otherwise("adj_close")
    )
    world.vendor.market = {"MP": paid}
    world.at("2026-01-16T23:00:00")
    summary = world.night()
    assert summary.outcomes[0].reason == "dividend: 1 bar"
    assert summary.outcomes[0].rows_changed == 0, "no bar's own values changed"
    assert_frame_equal(world.bars(), paid)
    assert world.rows("SELECT count(DISTINCT adj_basis) FROM bars") == [(1,)]
    ((session, field, ratio),) = world.rows(
        "SELECT session, field, new_value / old_value FROM restatements"
    )
    assert (session, field) == (THURSDAY, "adj_close")
    assert ratio == pytest.approx(factor, rel=1e-12)


def test_adjusted_closes_of_two_downloads_are_never_mixed(world: World) -> None:
    """A file without old bars, adjusted later: two bases, and no return across them."""
    early = history(FIRST, date(2025, 12, 31)).with_columns(dividend=pl.lit(None, pl.Float64))
    world.vendor.market = {"MP": early.with_columns(close=pl.lit(None, pl.Float64))}
    world.night()
    late = history(date(2026, 1, 2), THURSDAY).with_columns(
        pl.col("adj_close") * 1.032,
        dividend=pl.lit(None, pl.Float64),
        close=pl.lit(None, pl.Float64),
    )
    world.vendor.name = "other"
    world.vendor.market = {"MP": late}
    world.night()
    assert world.rows("SELECT count(DISTINCT adj_basis) FROM bars") == [(2,)]
    assert world.rows("SELECT ret FROM returns WHERE session = '2026-01-02'") == [(None,)]
    assert world.rows("SELECT max(abs(ret)) < 0.01 FROM returns") == [(True,)]


def test_a_late_bar_and_a_missing_value_are_filled_and_recorded(world: World) -> None:
    bars = history(FIRST, THURSDAY)
    gap, blank = bars["session"][-4], bars["session"][-2]
    world.vendor.market = {
        "MP": with_value(bars.filter(pl.col("session") != gap), blank, open=None, volume=None)
    }
    world.night()
    world.vendor.market = {"MP": bars}
    world.night()
    assert_frame_equal(world.bars(), bars)
    assert world.rows("SELECT session, field, cause FROM restatements ORDER BY 1, 2") == [
        (gap, "bar", "late"),
        (blank, "open", "late"),
        (blank, "volume", "late"),
    ]


def test_a_null_never_erases_a_value(world: World) -> None:
    bars = history(FIRST, THURSDAY)
    world.vendor.market = {"MP": bars}
    world.night()
    nothing = {name: None for name in bars.columns if name not in ("session", "dividend", "split")}
    world.vendor.market = {"MP": with_value(bars, bars["session"][-2], **nothing)}
    assert world.night().outcomes[0].outcome == "unchanged"
    assert_frame_equal(world.bars(), bars)


def test_a_withdrawn_bar_goes_and_its_values_stay_on_record(world: World) -> None:
    bars = history(FIRST, THURSDAY)
    ghost = bars["session"][-5]
    world.vendor.market = {"MP": bars}
    world.night()
    world.vendor.market = {"MP": bars.filter(pl.col("session") != ghost)}
    summary = world.night()
    assert summary.outcomes[0].reason == "withdrawn: 1"
    assert_frame_equal(world.bars(), world.vendor.market["MP"])
    kept = dict(world.rows("SELECT field, old_value FROM restatements WHERE cause = 'withdrawn'"))
    assert kept["close"] == bars.filter(pl.col("session") == ghost)["close"][0]
    assert set(kept) >= {"bar", "open", "high", "low", "close", "adj_close", "volume", "final"}


def test_a_vendor_that_lost_half_its_bars_is_not_believed(world: World) -> None:
    bars = history(FIRST, THURSDAY).tail(101)
    world.vendor.market = {"MP": bars, "LAC": bars}
    world.night()
    half = bars.gather_every(2)  # the first and the last stay
    world.vendor.market["MP"] = half
    summary = world.night()
    assert summary.failed == ("MP",)
    assert_frame_equal(world.bars(), bars)
    world.night(full=True)  # the user's word counts
    assert_frame_equal(world.bars(), half)


def test_another_security_under_the_symbol_is_not_believed(world: World) -> None:
    bars = history(FIRST, THURSDAY)
    world.vendor.market = {"MP": bars, "LAC": bars}
    world.night()
    noise = pl.Series([7.0 + (i * 37 % 11) for i in range(bars.height)])
    world.vendor.market["MP"] = bars.with_columns(close=noise, high=noise + 1, low=noise - 1)
    summary = world.night()
    assert summary.failed == ("MP",)
    assert "another security" in str(summary.outcomes[0].reason)
    assert_frame_equal(world.bars(), bars)


def test_an_empty_answer_is_a_failure(world: World) -> None:
    bars = history(FIRST, THURSDAY)
    world.vendor.market = {"MP": bars, "LAC": bars}
    world.night()
    world.vendor.market["MP"] = bars.clear()
    summary = world.night()
    assert (summary.outcomes[0].outcome, summary.outcomes[0].kind) == ("failed", "transient")


def test_another_currency_is_refused(world: World) -> None:
    world.vendor.market = two(THURSDAY)
    world.vendor.currency["MP"] = "CAD"
    summary = world.night()
    assert summary.failed == ("MP",)
    assert "CAD" in str(summary.outcomes[0].reason)
    assert world.bars("MP").is_empty()


def test_bars_before_valid_from_are_another_company(world: World) -> None:
    world.catalog = world.catalog.model_copy(
        update={"securities": (security("LAC", valid_from=date(2025, 10, 3)),)}
    )
    world.vendor.market = {"LAC": history(FIRST, THURSDAY)}
    world.night()
    assert world.bars("LAC")["session"][0] == date(2025, 10, 3)
    assert world.vendor.asked[0][1] == date(2025, 10, 3)


def test_a_delisted_security_is_not_asked_for_again(world: World) -> None:
    last = date(2025, 8, 28)
    world.catalog = world.catalog.model_copy(
        update={"securities": (security("PLL", valid_to=last), security("MP"))}
    )
    world.vendor.market = {"PLL": history(FIRST, last), "MP": history(FIRST, THURSDAY)}
    world.night()
    world.vendor.asked.clear()
    summary = world.night()
    assert [p.outcome for p in summary.outcomes] == ["skipped", "unchanged"]
    assert [symbol for symbol, *_ in world.vendor.asked] == ["MP"]


def test_a_delisted_security_that_the_source_forgot_is_no_failure(world: World) -> None:
    world.catalog = world.catalog.model_copy(
        update={"securities": (security("PLL", valid_to=date(2025, 8, 28)), security("MP"))}
    )
    world.vendor.market = {"MP": history(FIRST, THURSDAY)}
    world.vendor.failing["PLL"] = PermanentSourceError("No data found, symbol may be delisted")
    summary = world.night()
    assert summary.failed == ()
    assert summary.outcomes[0].outcome == "skipped"


def test_toronto_has_its_own_sessions(world: World) -> None:
    world.catalog = world.catalog.model_copy(
        update={"securities": (security("MP"), security("TMQ.TO", calendar="XTSE"))}
    )
    # Victoria Day: Toronto is closed, New York is open
    victoria = date(2026, 5, 18)
    world.at("2026-05-19T23:00:00")
    world.vendor.market = {
        "MP": history(FIRST, date(2026, 5, 19)),
        "TMQ.TO": history(FIRST, date(2026, 5, 19), code="XTSE"),
    }
    world.night()
    assert victoria in world.bars("MP")["session"].to_list()
    assert victoria not in world.bars("TMQ.TO")["session"].to_list()
    assert world.rows("SELECT symbol FROM findings WHERE check_name = 'gaps'") == []
    assert world.rows("SELECT count(*) FROM returns WHERE trade_gap > 1") == [(0,)]


def test_since_reaches_back_further(world: World) -> None:
    world.vendor.market = {"MP": history(date(2025, 1, 2), THURSDAY)}
    world.night(since=FIRST)
    assert world.bars()["session"][0] == FIRST
    world.night(since=date(2025, 1, 2))
    assert_frame_equal(world.bars(), world.vendor.market["MP"])
    assert world.rows("SELECT count(*) FROM restatements") == [(0,)]


def test_only_the_symbols_named_are_pulled(world: World) -> None:
    world.vendor.market = two(THURSDAY)
    summary = world.night(symbols=["LAC"])
    assert [pull.symbol for pull in summary.outcomes] == ["LAC"]


def test_a_new_source_is_compared_whole_and_keeps_what_it_lacks(world: World) -> None:
    bars = history(FIRST, THURSDAY)
    world.vendor.market = {"MP": bars}
    world.night()
    world.vendor.name = "second"
    world.vendor.market = {"MP": history(date(2025, 9, 2), FRIDAY)}
    world.at("2026-01-16T23:00:00")
    summary = world.night()
    assert summary.outcomes[0].whole
    assert_frame_equal(world.bars(), history(FIRST, FRIDAY))
    assert world.rows("SELECT count(*) FROM findings WHERE check_name = 'mixed_sources'") == [(1,)]


def test_run_and_pull_are_on_record(world: World) -> None:
    world.vendor.market = two(THURSDAY)
    world.vendor.failing["LAC"] = TransientSourceError("timed out")
    world.night()
    assert world.rows("SELECT command, source, as_of, outcome FROM runs") == [
        ("pull", "vendor", THURSDAY, "partial")
    ]
    ((started, finished),) = world.rows(
        "SELECT started_at, finished_at FROM pulls WHERE symbol = 'MP'"
    )
    assert timedelta(0) <= finished - started < timedelta(minutes=1)
