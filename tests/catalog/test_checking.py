"""Each check finds what it is for, and the packaged chronology passes."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import polars as pl
import pytest

from watchlist.calendar import sessions
from watchlist.catalog import Catalog, Event, packaged_catalog
from watchlist.catalog.checking import Finding, check_events, is_official, similarity

TODAY = date(2026, 8, 1)


@pytest.fixture(scope="module")
def home() -> dict[str, pl.DataFrame]:
    return {"XNYS": sessions(["XNYS"], date(2025, 1, 1), date(2026, 12, 31))}


def event(**changes: Any) -> Event:
    source = {"title": "t", "publisher": "p", "url": "https://press.example/a"}
    fields = {
        "event_id": "an-event",
        "announced_on": date(2026, 6, 1),
        "timing": "pre-market",
        "timing_basis": "reported",
        "title": "Department lends to a miner",
        "category": "loan",
        "direction": "supportive",
        "certainty": "single-source",
        "actors": ("Energy Department",),
        "sources": [source],
    }
    return Event.model_validate(fields | changes)


def check(home: dict[str, pl.DataFrame], *events: Event) -> list[Finding]:
    return check_events(Catalog(securities=(), events=events), home, TODAY)


def kinds(found: list[Finding]) -> list[tuple[str, str]]:
    return [(f.severity, f.check) for f in found]


def source(**more: Any) -> dict[str, Any]:
    return {"title": "t", "publisher": "p", "url": "https://press.example/a", **more}


def test_an_event_in_order_has_no_finding(home: dict[str, pl.DataFrame]) -> None:
    assert check(home, event()) == []


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        pytest.param(
            {"sources": [{"title": "t", "publisher": "p"}]}, ("warning", "sources"), id="no address"
        ),
        pytest.param({"certainty": "confirmed"}, ("error", "sources"), id="confirmed by one"),
        pytest.param(
            {"entered_at": datetime(2026, 8, 2, 1, tzinfo=UTC)},
            ("error", "entered"),
            id="entered tomorrow",
        ),
        pytest.param(
            {"sources": [source(says_on=date(2026, 6, 2))]}, ("warning", "date"), id="other day"
        ),
        pytest.param(
            {"sources": [source(says_on=date(2026, 6, 2))], "note": "Tokyo is ahead."},
            ("note", "date"),
            id="other day, explained",
        ),
        pytest.param(
            {"sources": [source(published_on=date(2026, 5, 30))]},
            ("warning", "date"),
            id="printed before it happened",
        ),
        pytest.param(
            {"amount_usd": 1e9, "sources": [source(says_amount_usd=2e9)]},
            ("warning", "amount"),
            id="other amount",
        ),
        pytest.param({"timing": "non-trading-day"}, ("error", "timing"), id="open that day"),
        pytest.param({"announced_on": date(2026, 6, 6)}, ("error", "timing"), id="closed that day"),
        pytest.param({"announced_time": "17:30"}, ("error", "timing"), id="not that class"),
        pytest.param(
            {"announced_on": date(2025, 11, 28), "timing": "unknown", "timing_basis": "unknown"},
            ("warning", "early-close"),
            id="early close, hour unknown",
        ),
        pytest.param(
            {
                "announced_on": date(2025, 11, 28),
                "announced_time": "14:00",
                "timing": "after-close",
            },
            ("note", "early-close"),
            id="early close moves day 0",
        ),
        pytest.param({"minerals": ("litium",)}, ("warning", "mineral"), id="unknown mineral"),
        pytest.param({"announced_on": date(2026, 9, 1)}, ("error", "schedule"), id="of the future"),
        pytest.param(
            {"status": "scheduled", "known_on": date(2026, 1, 5)},
            ("warning", "schedule"),
            id="passed without an outcome",
        ),
    ],
)
def test_a_check_finds_it(
    home: dict[str, pl.DataFrame], changes: dict[str, Any], expected: tuple[str, str]
) -> None:
    assert expected in kinds(check(home, event(**changes)))


def test_a_rounded_amount_agrees(home: dict[str, pl.DataFrame]) -> None:
    close = event(amount_usd=1e9, sources=[source(says_amount_usd=0.97e9)])
    assert check(home, close) == []


def test_an_outcome_settles_a_schedule(home: dict[str, pl.DataFrame]) -> None:
    done = event(status="scheduled", known_on=date(2026, 1, 5), outcome="It lapsed.")
    assert check(home, done) == []


def test_the_same_story_twice_is_found(home: dict[str, pl.DataFrame]) -> None:
    twin = event(event_id="b-event", title="Department lends to one miner")
    (found,) = check(home, event(), twin)
    assert found.check == "duplicate"
    assert "b-event" in found.message


@pytest.mark.parametrize(
    "changes",
    [
        {"actors": ("Commerce Department",)},
        {"title": "A plant opens far away"},
        {"announced_on": date(2026, 6, 4)},
    ],
)
def test_another_story_is_not(home: dict[str, pl.DataFrame], changes: dict[str, Any]) -> None:
    assert check(home, event(), event(event_id="b-event", **changes)) == []


def test_events_of_one_chain_are_no_duplicates_but_keep_their_order(
    home: dict[str, pl.DataFrame],
) -> None:
    closing = event(chain="a-chain", chain_stage="closing")
    report = event(
        event_id="b-event",
        announced_on=date(2026, 6, 3),
        chain="a-chain",
        chain_stage="report",
    )
    assert kinds(check(home, closing, report)) == [("warning", "chain")]


def test_the_packaged_chronology_passes() -> None:
    catalog = packaged_catalog()
    days = [e.announced_on for e in catalog.events]
    home = sessions(["XNYS"], min(days), max(days))
    found = check_events(catalog, {"XNYS": home}, date(2026, 11, 28))
    assert [f for f in found if f.severity == "error"] == []
    passed = {f.event_id for f in found if f.check == "schedule"}
    assert passed == {
        "s232-deadline-2026",
        "china-suspension-expiry-2026",
        "china-ga-ge-sb-suspension-expiry-2026",
    }


def test_official_is_a_governments_own_host() -> None:
    catalog = packaged_catalog()
    order = catalog.event("eo-14241-2025").sources[0]
    assert is_official(order)
    fake = order.model_copy(update={"url": "https://sec.gov.example.com/x"})
    assert not is_official(fake)


def test_similarity_is_between_nothing_and_all() -> None:
    assert similarity("China bans gallium", "China bans gallium") == 1
    assert similarity("China bans gallium", "Board approves portal") == 0
