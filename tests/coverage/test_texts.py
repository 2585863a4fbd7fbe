"""The five texts that the tool was made for, and texts of the same kinds written for the tests."""

from __future__ import annotations

from collections import Counter
from datetime import date

import pytest

from watchlist.catalog import packaged_catalog
from watchlist.coverage.document import read_document
from watchlist.coverage.reading import Reading, read

CATALOG = packaged_catalog()

FACTS = {
    "000": {"vance-american-dynamism-2025"},
    "001": {"project-vault-launch-2026", "critical-minerals-ministerial-2026"},
    "002": {
        "project-vault-launch-2026",
        "g7-finance-minerals-2026",
        "doi-emergency-permitting-2025",
        "china-japan-dual-use-ban-2026",
        "price-floor-retreat-2026",
    },
    "003": {
        "agen-historic-deals-2025",
        "korea-zinc-tennessee-2025",
        "mp-dod-2025",
        "lac-doe-agreement-2025",
        "tmq-dow-stake-2025",
    },
    "004": {
        "eo-14241-2025",
        "trump-congress-address-2025",
        "us-ukraine-agreement-2025",
        "china-ga-ge-sb-ban-2024",
        "china-5-metals-controls-2025-02",
        "us-tariff-china-20pct-2025",
    },
}
COMPANIES = {
    "000": [],
    "001": [],
    "002": ["MP", "NB"],
    "003": ["MP", "LAC", "TMQ", "010130.KS"],
    "004": ["JPM"],
}
CONTRADICTED = {
    "000": 0,
    "001": 0,
    "002": 3,
    "003": 1,
    "004": 4,
}
"""The claims that a person marked in the texts and the catalogue can contradict."""


@pytest.fixture(scope="module")
def readings(shared) -> dict[str, Reading]:
    return {
        path.name[:3]: read(read_document(path.read_bytes(), path.name), CATALOG)
        for path in sorted((shared / "coverage").glob("*.txt"))
    }


@pytest.mark.parametrize("name", FACTS)
def test_every_datable_fact_is_linked(readings: dict[str, Reading], name: str) -> None:
    assert set(readings[name].event_ids) == FACTS[name]


@pytest.mark.parametrize("name", COMPANIES)
def test_companies_are_exactly_those_of_the_text(readings: dict[str, Reading], name: str) -> None:
    found = Counter(m.value for m in readings[name].mentions if m.kind == "company")
    assert found == Counter(COMPANIES[name])


@pytest.mark.parametrize("name", CONTRADICTED)
def test_contradictions_carry_their_evidence(readings: dict[str, Reading], name: str) -> None:
    reading = readings[name]
    assert len(reading.contradictions) == CONTRADICTED[name]
    for found in reading.contradictions:
        span = reading.document.text[found.first_char : found.last_char]
        assert span
        assert " ".join(span.split()) in " ".join(found.evidence.split())


def test_a_text_without_a_year_is_dated_by_the_event_that_it_speaks_of(
    readings: dict[str, Reading],
) -> None:
    document = readings["000"].document
    assert document.dated_on == date(2025, 3, 19)
    assert document.date_basis == "content"
    days = {m.value for m in readings["000"].mentions if m.kind == "date"}
    assert days == {"2025-03-18"}


def test_the_page_furniture_yields_nothing(readings: dict[str, Reading]) -> None:
    text = readings["001"].document.text.lower()
    for junk in ("sebi", "mutual fund", "earthquake", "tumbler ridge", "email address"):
        assert junk not in text


def test_evidence_is_what_stands_at_the_offsets(readings: dict[str, Reading]) -> None:
    for reading in readings.values():
        for m in reading.mentions:
            assert reading.document.text[m.first_char : m.last_char] == m.evidence


def one(text: str, on: date | None = None) -> Reading:
    return read(read_document(text.encode(), "a.txt", on), CATALOG)


def test_an_intended_stake_told_as_held_is_contradicted() -> None:
    reading = one("The government took a 10% stake in Trilogy Metals.", date(2025, 12, 1))
    assert [c.event_id for c in reading.contradictions] == ["tmq-dow-stake-2025"]
    assert "letter of intent" in reading.contradictions[0].fact


@pytest.mark.parametrize(
    "text",
    [
        "The government plans to take a 10% stake in Trilogy Metals.",
        "The government has agreed to take a 10% stake in Trilogy Metals.",
        "Under a letter of intent it would have a 10% stake in Trilogy Metals.",
        "The government took a stake in MP Materials.",
    ],
)
def test_a_stake_that_is_hedged_or_closed_is_not(text: str) -> None:
    assert not one(text, date(2025, 12, 1)).contradictions


def test_a_share_told_as_owned_is_contradicted() -> None:
    reading = one("The government now owns 10% of Trilogy Metals.", date(2026, 2, 5))
    assert [c.event_id for c in reading.contradictions] == ["tmq-dow-stake-2025"]


def test_the_wrong_vulcan_is_named() -> None:
    reading = one("Vulcan Materials will get $620 million for magnets.", date(2025, 11, 5))
    assert [c.event_id for c in reading.contradictions] == ["vulcan-reelement-2025"]
    assert not one("Vulcan Materials opened a quarry.", date(2025, 11, 5)).contradictions


def test_a_report_that_a_policy_is_dropped_is_the_failure_of_its_chain() -> None:
    reading = one(
        "Reuters reported last Wednesday that price floors would be dropped.", date(2026, 2, 5)
    )
    assert reading.event_ids == ("price-floor-retreat-2026",)
    assert not reading.contradictions


def test_a_wrong_amount_is_contradicted() -> None:
    reading = one("Project Vault is a $15 billion stockpile.", date(2026, 2, 5))
    assert [(c.event_id, c.claim) for c in reading.contradictions] == [
        ("project-vault-launch-2026", "the amount is $15 billion")
    ]


@pytest.mark.parametrize("amount", ["$12 billion", "$10 billion", "$1.67 billion"])
def test_a_known_amount_is_not(amount: str) -> None:
    assert not one(f"Project Vault has {amount}.", date(2026, 2, 5)).contradictions


def test_a_wrong_date_is_contradicted() -> None:
    reading = one(
        "The American Dynamism Summit heard the speech of Vance on March 26, 2025.",
        date(2025, 4, 1),
    )
    assert [c.claim for c in reading.contradictions] == ["it was on 2025-03-26"]


def test_a_new_deal_is_proposed_with_its_day_and_symbols() -> None:
    text = "The Pentagon will lend Energy Fuels $120 million under a loan signed on 3 August 2026."
    reading = one(text, date(2026, 8, 4))
    assert not reading.links
    proposal = reading.proposals[0]
    assert (proposal.announced_on, proposal.symbols, proposal.category) == (
        date(2026, 8, 3),
        ("UUUU",),
        "loan",
    )
    assert proposal.timing == "unknown"


def test_a_report_and_its_confirmation_are_told_apart() -> None:
    early = one(
        "Sources say officials seek an equity stake in Lithium Americas.", date(2025, 9, 24)
    )
    late = one("The department took an equity stake in Lithium Americas.", date(2025, 10, 3))
    assert early.event_ids == ("lac-reuters-stake-2025",)
    assert late.event_ids == ("lac-doe-agreement-2025",)


def test_an_event_of_the_future_is_not_what_a_text_speaks_of() -> None:
    assert not one("The strategic reserve of the 1970s held tin.", date(2024, 1, 5)).links


def test_junk_yields_nothing() -> None:
    reading = one(
        "Sebi tightens rules for rating agencies. How should new mutual fund investors begin? "
        "Earthquake of magnitude 6.0 rattles the islands.",
        date(2026, 2, 10),
    )
    assert not reading.links
    assert not reading.proposals
    assert not [m for m in reading.mentions if m.kind in ("company", "amount")]
