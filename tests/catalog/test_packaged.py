"""The packaged chronology against what it must hold."""

from __future__ import annotations

import csv
from datetime import date

import pytest

from watchlist.calendar import day_zero, sessions
from watchlist.catalog import packaged_catalog
from watchlist.catalog.models import minerals

CATALOG = packaged_catalog()


def test_at_least_95_events_each_with_a_source_and_a_basis() -> None:
    assert len(CATALOG.events) >= 95
    for event in CATALOG.events:
        assert event.sources
        assert event.timing_basis in ("reported", "inferred", "calendar", "unknown")


def test_every_fact_is_there(shared) -> None:
    renamed = {
        "eo-14241-mineral-production": "eo-14241-2025",
        "mp-dod-partnership-2025": "mp-dod-2025",
        "mp-equity-offering-2025-07": "mp-equity-offering-2025",
        "lac-doe-owca-signed-2025": "lac-doe-amendment-2025",
        "reuters-price-floor-retreat-2026": "price-floor-retreat-2026",
    }
    ids = {event.event_id for event in CATALOG.events}
    with (shared / "facts" / "events.csv").open(encoding="utf-8") as file:
        facts = {renamed.get(row["event_id"], row["event_id"]) for row in csv.DictReader(file)}
    assert len(facts & ids) >= 95


def test_nothing_that_rests_on_memory_alone_is_called_confirmed() -> None:
    for event in CATALOG.events:
        if event.certainty == "confirmed":
            assert len(event.sources) >= 2 or any(s.url for s in event.sources), event.event_id


def test_no_address_and_no_title_names_a_local_file() -> None:
    for event in CATALOG.events:
        for source in event.sources:
            assert source.url is None or source.url.startswith(("http://", "https://"))
            assert ".txt" not in source.title


@pytest.mark.parametrize(
    ("chain", "stages"),
    [
        ("lac-doe-stake", ["report", "confirmation", "amendment"]),
        (
            "tmq-dow-stake",
            ["announcement", "amendment", "deadline", "confirmation", "closing"],
        ),
        ("project-vault", ["report", "announcement"]),
        (
            "offshore-minerals",
            ["report", "report", "report", "announcement", "amendment"],
        ),
        ("usar-serra-verde", ["announcement", "confirmation", "closing"]),
        ("vulcan-reelement", ["announcement", "confirmation"]),
        ("usar-chips", ["report", "announcement"]),
        ("price-floors", ["report", "confirmation", "failure"]),
        (
            "china-october-controls",
            [
                "announcement",
                "amendment",
                "amendment",
                "confirmation",
                "amendment",
                "deadline",
                "deadline",
            ],
        ),
    ],
)
def test_a_story_is_one_chain_in_its_order(chain: str, stages: list[str]) -> None:
    members = [event for event in CATALOG.events if event.chain == chain]
    assert [event.chain_stage for event in members] == stages


def test_scheduled_dates_say_since_when_they_are_known() -> None:
    scheduled = [event for event in CATALOG.events if event.status == "scheduled"]
    assert {event.event_id for event in scheduled} == {
        "tmq-loi-deadline-2026",
        "s232-deadline-2026",
        "china-suspension-expiry-2026",
        "china-ga-ge-sb-suspension-expiry-2026",
        "us-china-truce-end-2027",
    }
    assert all(event.known_on < event.announced_on for event in scheduled if event.known_on)


def test_the_watchlist_and_its_factors() -> None:
    assert CATALOG.watchlist == ("MP", "LAC", "TMQ", "NB")
    factors = {s.symbol: s.sector_factor for s in CATALOG.securities if s.pulled}
    assert factors["MP"] == factors["NB"] == factors["USAR"] == factors["CRML"] == "REMX"
    assert factors["LAC"] == factors["ALB"] == factors["SLI"] == "LIT"
    assert factors["TMQ"] == factors["FCX"] == "COPX"
    for security in CATALOG.securities:
        if security.role in ("watchlist", "peer"):
            assert security.market == "SPY"


@pytest.mark.parametrize(
    ("symbol", "first"),
    [
        ("MP", date(2020, 11, 18)),
        ("LAC", date(2023, 10, 4)),
        ("NB", date(2023, 3, 21)),
        ("USAR", date(2025, 3, 14)),
        ("CRML", date(2024, 2, 28)),
        ("TMC", date(2021, 9, 10)),
    ],
)
def test_bars_of_the_shell_or_of_another_company_are_left_out(symbol: str, first: date) -> None:
    assert CATALOG.security(symbol).valid_from == first


def test_the_trilogy_stake_closed_in_september() -> None:
    stake = next(h for h in CATALOG.security("TMQ").holdings if h.kind == "equity")
    assert (stake.state, stake.state_on) == ("closed", date(2026, 9, 11))
    assert stake.share == pytest.approx(0.10)
    deadline = CATALOG.event("tmq-loi-deadline-2026")
    assert deadline.outcome == "The date passed without a closing."


@pytest.mark.parametrize(
    ("event_id", "day0"),
    [
        ("project-vault-leak-2026", date(2026, 2, 2)),
        ("project-vault-launch-2026", date(2026, 2, 3)),
        ("reuters-offshore-order-2025-04", date(2025, 4, 24)),
        ("eo-14285-offshore-minerals", date(2025, 4, 25)),
        ("us-ukraine-memorandum-2025", date(2025, 4, 21)),
        ("us-china-kuala-lumpur-2025", date(2025, 10, 27)),
        ("us-malaysia-thailand-2025", date(2025, 10, 27)),
        ("us-china-truce-end-2027", date(2027, 1, 11)),
    ],
)
def test_day_zero_in_new_york(event_id: str, day0: date) -> None:
    home = sessions(["XNYS"], date(2025, 1, 2), date(2027, 2, 26))
    assert day_zero(CATALOG.event(event_id), home).session == day0


def test_help_for_a_rival_is_adverse() -> None:
    differ = {
        (event.event_id, target.symbol): (event.direction, target.direction)
        for event in CATALOG.events
        for target in event.targets
        if target.direction != event.direction
    }
    assert differ == {
        ("usar-ft-stake-2026", "MP"): ("supportive", "adverse"),
        ("usar-chips-loi-2026", "MP"): ("supportive", "adverse"),
        ("lynas-dow-loi-2026", "MP"): ("supportive", "adverse"),
        ("usar-serra-verde-vehicle-2026", "MP"): ("supportive", "adverse"),
        ("china-lists-mp-usar-2026", "NB"): ("adverse", "mixed"),
        ("china-lists-mp-usar-2026", "UUUU"): ("adverse", "mixed"),
        ("china-lists-mp-usar-2026", "CRML"): ("adverse", "mixed"),
    }


def test_events_that_were_there_before_the_field_do_not_say_when_they_entered() -> None:
    entered = [event for event in CATALOG.events if event.entered_at is not None]
    assert len(CATALOG.events) - len(entered) == 102
    assert {event.entered_at.date() for event in entered if event.entered_at} == {
        date(2026, 11, 27)
    }


@pytest.mark.parametrize(
    ("event_id", "amount"),
    [
        ("mp-10x-northlake-2026", 1_250_000_000),
        ("doe-355m-2025-11", 355_000_000),
        ("doe-ree-funding-2025-12", 134_000_000),
    ],
)
def test_amounts_that_were_missing(event_id: str, amount: float) -> None:
    assert CATALOG.event(event_id).amount_usd == amount


@pytest.mark.parametrize(
    ("symbol", "cik"),
    [
        ("MP", 1801368), ("LAC", 1966983), ("LAAC", 1440972), ("TMQ", 1543418), ("NB", 1512228),
        ("UUUU", 1385849), ("PPTA", 1526243), ("UAMY", 101538), ("TMC", 1798562),
        ("CRML", 1951089), ("METC", 1687187), ("IONR", 1896084), ("SGML", 1848309),
        ("ALB", 915913), ("FCX", 831259), ("USAR", 1970622),
    ],
)  # fmt: skip
def test_the_numbers_by_which_the_sec_knows_companies(symbol: str, cik: int) -> None:
    assert CATALOG.security(symbol).cik == f"{cik:010d}"


def test_a_company_that_went_on_under_another_name_says_which() -> None:
    assert CATALOG.security("LAAC").successor == "LAR"
    gone = CATALOG.security("PLL")
    assert (gone.successor, gone.pulled) == ("ELVR", False)
    assert gone.valid_to is not None


def test_minerals_are_of_the_vocabulary() -> None:
    used = {m for event in CATALOG.events for m in event.minerals}
    used |= {m for security in CATALOG.securities for m in security.minerals}
    assert used <= set(minerals())


def test_no_alias_stands_for_two_companies() -> None:
    aliases = [a for s in CATALOG.securities for a in (*s.aliases, *s.weak_aliases)]
    assert len(aliases) == len(set(aliases))
