"""The Federal Register client against a server that speaks the recorded samples."""

from __future__ import annotations

import json
from datetime import date

import pytest

from tests.feeds.federal import EO_14241, FederalRegister, document
from tests.loopback.clock import FakeClock
from tests.loopback.server import Loopback
from watchlist.catalog import packaged_catalog
from watchlist.catalog.candidate import known_event, with_source
from watchlist.errors import PermanentSourceError
from watchlist.feeds import federal_register
from watchlist.feeds.web import Web

pytestmark = pytest.mark.network
CATALOG = packaged_catalog()
MARCH = (date(2025, 3, 1), date(2025, 3, 31))


def ask(server: FederalRegister, window=MARCH):
    with Loopback(server) as loopback, Web(FakeClock()) as web:
        return federal_register.candidates(web, CATALOG, *window, loopback.url)


def test_an_order_is_proposed_with_its_dates_and_without_an_hour() -> None:
    (found,) = ask(FederalRegister([EO_14241]))
    assert found.candidate_id == "fr:2025-05212"
    assert found.title == (
        "Executive Order 14241: Immediate Measures To Increase American Mineral Production"
    )
    assert (found.signed_on, found.published_on) == (date(2025, 3, 20), date(2025, 3, 25))
    assert found.announced_on == date(2025, 3, 20)
    assert (found.announced_time, found.timing, found.timing_basis) == (None, "unknown", "unknown")
    assert found.category == "executive-order"
    assert "none of these is the hour" in (found.note or "")


def test_it_is_the_known_event_and_leaves_its_timing_alone() -> None:
    (found,) = ask(FederalRegister([EO_14241]))
    known = known_event(CATALOG, vars(found))
    assert known is not None
    assert known.event_id == "eo-14241-2025"
    assert with_source(known, vars(found)) is known
    assert known.timing == "after-close"


def test_zero_hits_without_results_are_no_error() -> None:
    assert ask(FederalRegister([])) == []


def test_every_page_is_read_and_each_document_comes_once() -> None:
    many = [document(f"2025-{n:05d}", "Critical minerals and rare earths") for n in range(1200)]
    assert len(ask(FederalRegister(many))) == 1200


def test_more_than_can_be_paged_is_reached_by_narrower_windows() -> None:
    many = [
        document(f"2025-{n:05d}", "Critical minerals", publication_date=f"2025-03-{1 + n % 30:02d}")
        for n in range(4500)
    ]
    with Loopback(FederalRegister(many)) as loopback, Web(FakeClock()) as web:
        found = list(federal_register.search(web, '"critical minerals"', *MARCH, loopback.url))
    assert len({d["document_number"] for d in found}) == 4500


def test_a_day_with_more_than_can_be_paged_is_told() -> None:
    many = [document(f"2025-{n:05d}", "Critical minerals") for n in range(2100)]
    with pytest.raises(PermanentSourceError, match="2,100 documents of 2025-03-25"):
        ask(FederalRegister(many))


def test_an_unknown_field_is_told_with_the_servers_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(federal_register, "FIELDS", ("sgning_date",))
    with pytest.raises(PermanentSourceError, match=r"400.*is not valid"):
        ask(FederalRegister([EO_14241]))


def test_a_missing_page_is_told() -> None:
    with (
        Loopback(FederalRegister([])) as loopback,
        Web(FakeClock()) as web,
        pytest.raises(PermanentSourceError, match="404"),
    ):
        federal_register.candidates(web, CATALOG, *MARCH, loopback.url + "/v9")


def test_a_notice_that_merely_mentions_a_mineral_is_not_kept() -> None:
    notice = document(
        "2025-09999",
        "Newspapers Used for Publication of Legal Notices",
        excerpts='Alaska <span class="match">gold</span> county',
    )
    assert ask(FederalRegister([notice])) == []


def test_without_a_signing_date_the_filing_for_inspection_dates_it() -> None:
    rule = document(
        "2025-08888", "Critical Minerals and Rare Earths Stockpile", publication_date="2025-03-26"
    )
    filed = {
        "document_number": "2025-08888",
        "filed_at": "2025-03-24T08:45:00.000-04:00",
        "title": rule["title"],
        "publication_date": "2025-03-26",
        "type": "Rule",
    }
    (found,) = ask(FederalRegister([rule], [filed]))
    assert found.signed_on is None
    assert found.announced_on == date(2025, 3, 24)
    assert found.announced_time is None
    assert "on public inspection from 2025-03-24 08:45 New York time" in (found.note or "")


def test_what_is_filed_but_not_printed_is_proposed_already() -> None:
    filed = {
        "document_number": "2025-07777",
        "filed_at": "2025-03-31T16:15:00.000-04:00",
        "title": "Adjusting Imports of Processed Critical Minerals",
        "publication_date": "2025-04-01",
        "type": "Presidential Document",
        "html_url": "https://www.federalregister.gov/documents/2025/04/01/2025-07777/x",
    }
    (found,) = ask(FederalRegister([], [filed]))
    assert found.candidate_id == "fr:2025-07777"
    assert found.announced_on == date(2025, 3, 31)


def test_a_link_that_runs_code_is_dropped() -> None:
    bad = EO_14241 | {"html_url": "javascript:alert(1)"}
    (found,) = ask(FederalRegister([bad]))
    assert found.url is None


def test_the_recorded_answers_are_read(shared) -> None:
    samples = shared / "facts" / "api-samples"
    searched = json.loads((samples / "federalregister_v1_documents_search.json").read_text())
    inspected = json.loads(
        (samples / "federalregister_v1_public_inspection_current_trimmed.json").read_text()
    )
    server = FederalRegister(searched["results"], inspected["results"])
    found = ask(server, (date(2020, 1, 1), date(2026, 12, 31)))
    assert all(c.score >= 0.3 for c in found)
    with Loopback(server) as loopback, Web(FakeClock()) as web:
        window = (date(2020, 1, 1), date(2026, 12, 31))
        rows = list(federal_register.search(web, "x", *window, loopback.url))
    assert len(rows) == len(searched["results"])
