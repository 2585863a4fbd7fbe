"""The rule from announcement to day 0, on the real sessions of New York, Toronto and Seoul."""

from __future__ import annotations

from datetime import date, time

import polars as pl
import pytest

from watchlist.calendar import day_zero, sessions
from watchlist.catalog import Event, packaged_catalog
from watchlist.errors import ConfigError


@pytest.fixture(scope="module")
def new_york() -> pl.DataFrame:
    return sessions(["XNYS"], date(2024, 1, 1), date(2026, 12, 31))


def event(day: str, timing: str = "unknown", at: str | None = None, basis: str = "reported"):
    return Event.model_validate(
        {
            "event_id": "an-event",
            "announced_on": date.fromisoformat(day),
            "announced_time": None if at is None else time.fromisoformat(at),
            "timing": timing,
            "timing_basis": basis,
            "title": "An event",
            "category": "company",
            "direction": "mixed",
            "certainty": "confirmed",
            "sources": [{"title": "t", "publisher": "p"}],
        }
    )


@pytest.mark.parametrize(
    ("day", "timing", "at", "expected"),
    [
        pytest.param("2025-07-10", "pre-market", None, "2025-07-10", id="before the open"),
        pytest.param("2025-07-10", "intraday", None, "2025-07-10", id="during the session"),
        pytest.param("2025-09-23", "after-close", None, "2025-09-24", id="after the close"),
        pytest.param("2025-09-23", "intraday", "15:59:59", "2025-09-23", id="a second before"),
        pytest.param("2025-09-23", "after-close", "16:00", "2025-09-24", id="at the close itself"),
        pytest.param("2025-09-26", "after-close", None, "2025-09-29", id="Friday evening"),
        pytest.param("2025-04-18", "non-trading-day", None, "2025-04-21", id="Good Friday"),
        pytest.param("2025-01-20", "non-trading-day", None, "2025-01-21", id="Martin Luther King"),
        pytest.param("2026-01-24", "non-trading-day", None, "2026-01-26", id="Saturday"),
        pytest.param(
            "2025-07-03", "intraday", "12:59", "2025-07-03", id="early close, before 13:00"
        ),
        pytest.param("2025-07-03", "intraday", "13:00", "2025-07-07", id="early close, at 13:00"),
        pytest.param("2025-07-03", "intraday", "14:30", "2025-07-07", id="early close, after it"),
        pytest.param("2025-07-03", "intraday", None, "2025-07-03", id="early close, hour unknown"),
        pytest.param("2025-11-28", "after-close", None, "2025-12-01", id="day after Thanksgiving"),
        pytest.param("2025-03-09", "non-trading-day", "02:30", "2025-03-10", id="hour that is not"),
        pytest.param("2025-05-02", "unknown", None, "2025-05-02", id="unknown hour"),
        pytest.param("2025-05-03", "unknown", None, "2025-05-05", id="unknown hour, Saturday"),
    ],
)
def test_day_zero_in_new_york(
    new_york: pl.DataFrame, day: str, timing: str, at: str | None, expected: str
) -> None:
    assert day_zero(event(day, timing, at), new_york).session == date.fromisoformat(expected)


@pytest.mark.parametrize(
    ("event_id", "expected"),
    [
        ("mp-dod-2025", "2025-07-10"),
        ("lac-reuters-stake-2025", "2025-09-24"),
        ("lac-doe-agreement-2025", "2025-10-01"),
        ("lac-doe-amendment-2025", "2025-10-08"),
        ("tmq-dow-stake-2025", "2025-10-07"),
        ("eo-14241-2025", "2025-03-21"),
        ("china-oct9-controls-2025", "2025-10-09"),
        ("price-floor-retreat-2026", "2026-01-29"),
    ],
)
def test_day_zero_of_the_anchors(new_york: pl.DataFrame, event_id: str, expected: str) -> None:
    assert day_zero(packaged_catalog().event(event_id), new_york).session == date.fromisoformat(
        expected
    )


def test_every_fact_of_the_chronology_has_the_session_that_was_found_by_hand(
    new_york: pl.DataFrame, shared
) -> None:
    facts = pl.read_csv(shared / "facts" / "events.csv", infer_schema=False)
    renamed = {
        "eo-14241-mineral-production": "eo-14241-2025",
        "mp-dod-partnership-2025": "mp-dod-2025",
        "mp-equity-offering-2025-07": "mp-equity-offering-2025",
        "lac-doe-owca-signed-2025": "lac-doe-amendment-2025",
        "reuters-price-floor-retreat-2026": "price-floor-retreat-2026",
    }
    # told after the close, as was found later
    corrected = {
        "project-vault-launch-2026": "2026-02-03",
        "us-ukraine-memorandum-2025": "2025-04-21",
    }
    catalog = packaged_catalog()
    for row in facts.filter(pl.col("date") >= "2024-01-01").iter_rows(named=True):
        found = catalog.event(renamed.get(row["event_id"], row["event_id"]))
        assert found.announced_on.isoformat() == row["date"], row["event_id"]
        expected = corrected.get(row["event_id"], row["first_trading_day"])
        assert str(day_zero(found, new_york).session) == expected, row["event_id"]


def test_an_unknown_hour_is_said_with_the_other_possible_session(new_york: pl.DataFrame) -> None:
    why = day_zero(event("2025-04-23", basis="unknown"), new_york).why
    assert "warning: the hour is unknown" in why
    assert "2025-04-24" in why


def test_an_early_close_is_said(new_york: pl.DataFrame) -> None:
    assert "closed early, at 13:00" in day_zero(event("2025-07-03", "intraday"), new_york).why
    why = day_zero(event("2025-07-03", "intraday", "14:30"), new_york).why
    assert "already at 13:00" in why


def test_the_same_news_reaches_seoul_a_session_later() -> None:
    seoul = sessions(["XKRX"], date(2025, 12, 1), date(2025, 12, 31))
    found = day_zero(packaged_catalog().event("korea-zinc-tennessee-2025"), seoul)
    assert found.session == date(2025, 12, 16)


def test_a_calendar_that_does_not_reach_the_event_gives_no_session(new_york: pl.DataFrame) -> None:
    late = day_zero(event("2027-03-01"), new_york)
    assert late.session is None
    assert "ends with session 2026-12-31" in late.why
    early = day_zero(event("2010-09-22"), new_york)
    assert early.session is None
    assert "begins only with session 2024-01-02" in early.why
    empty = day_zero(event("2025-01-02"), new_york.clear())
    assert empty.session is None


def test_sessions_have_utc_times_and_early_closes(new_york: pl.DataFrame) -> None:
    assert new_york.columns == ["calendar", "session", "open_at", "close_at", "early_close"]
    assert new_york.schema["close_at"] == pl.Datetime("us", "UTC")
    third = new_york.row(by_predicate=pl.col("session") == date(2025, 7, 3), named=True)
    assert third["early_close"]
    assert (third["close_at"].hour, third["close_at"].minute) == (17, 0)
    assert new_york.filter(pl.col("session") == date(2025, 7, 4)).is_empty()


def test_a_range_within_a_closed_weekend_is_empty() -> None:
    assert sessions(["XNYS"], date(2025, 7, 5), date(2025, 7, 6)).is_empty()
    assert sessions([], date(2025, 7, 5), date(2025, 7, 6)).is_empty()


@pytest.mark.parametrize("first", [date.min, date(1600, 1, 3)])
def test_a_range_that_no_calendar_has_is_told(first: date) -> None:
    with pytest.raises(ConfigError, match=r"XNYS cannot give .*\n.*1700 to 2200"):
        sessions(["XNYS"], first, date(2027, 12, 31))


def test_an_unknown_calendar_names_the_nearest() -> None:
    with pytest.raises(ConfigError, match="did you mean 'XNYS'"):
        sessions(["XNYSE"], date(2025, 1, 1), date(2025, 2, 1))
