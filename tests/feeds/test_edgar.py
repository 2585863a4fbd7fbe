"""The EDGAR client against a server that speaks the recorded samples."""

from __future__ import annotations

import json
from datetime import date, datetime, time

import pytest

from tests.feeds.sec import Edgar, Row
from tests.loopback.clock import FakeClock
from tests.loopback.server import Loopback, Reply
from watchlist.catalog import packaged_catalog
from watchlist.catalog.candidate import known_event
from watchlist.errors import PermanentSourceError
from watchlist.feeds import edgar
from watchlist.feeds.web import Web

pytestmark = pytest.mark.network
CATALOG = packaged_catalog()
SINCE = date(2025, 9, 1)
CONTACT = "A Reader reader@example.org"

TMQ, LAC, MP = "0001543418", "0001966983", "0001801368"

UTC_FILER = Row(
    "0001279569-25-001094",
    "8-K",
    "2025-10-07",
    "2025-10-06",
    accepted_z="2025-10-07T12:31:05.000Z",
    header="20251007083105",
    items="1.01,7.01,9.01",
)
"""The Z tells the truth: 12:31 UTC is 08:31 in New York."""

NEW_YORK_FILER = Row(
    "0001193125-25-225972",
    "8-K",
    "2025-10-01",
    "2025-09-30",
    accepted_z="2025-10-01T08:15:12.000Z",
    header="20251001081512",
    items="1.01,2.03,3.02,9.01",
)
"""The Z lies: 08:15 is already New York time; read as UTC it would be 04:15."""


def ask(server: Edgar, contact: str = CONTACT) -> list:
    with (
        Loopback(server) as loopback,
        Web(FakeClock(), user_agent=contact, per_second=edgar.PER_SECOND) as web,
    ):
        return edgar.candidates(
            web, CATALOG, SINCE, data_url=loopback.url, archives_url=loopback.url
        )


@pytest.mark.parametrize("packed", [True, False])
def test_both_kinds_of_filer_get_the_time_of_their_header(packed: bool) -> None:
    server = Edgar({TMQ: [UTC_FILER], LAC: [NEW_YORK_FILER]}, packed=packed)
    found = {c.symbols[0]: c for c in ask(server)}
    assert found["TMQ"].announced_time == time(8, 31, 5)
    assert found["LAC"].announced_time == time(8, 15, 12)
    assert {c.timing for c in found.values()} == {"pre-market"}
    assert {c.timing_basis for c in found.values()} == {"inferred"}
    assert "the filing gives 2025-09-30 as the day of the event" in (found["LAC"].note or "")


def test_without_a_header_the_z_is_not_trusted() -> None:
    lost = Row(**{**vars(UTC_FILER), "header": None})
    (found,) = ask(Edgar({TMQ: [lost]}))
    assert (found.announced_time, found.timing, found.timing_basis) == (None, "unknown", "unknown")
    assert found.announced_on == date(2025, 10, 7)


def test_a_filing_after_the_close_is_after_the_close() -> None:
    late = Row(**{**vars(UTC_FILER), "header": "20251007170501"})
    (found,) = ask(Edgar({TMQ: [late]}))
    assert found.timing == "after-close"


def test_only_telling_items_and_forms_are_proposed() -> None:
    rows = [
        Row(
            f"0000000001-25-00000{n}", form, "2025-10-01", "2025-10-01", "", "20251001120000", items
        )
        for n, (form, items) in enumerate(
            [
                ("8-K", "5.02,9.01"),
                ("8-K", "2.02"),
                ("10-Q", ""),
                ("8-K", "8.01"),
                ("6-K", ""),
                ("8-K/A", "1.01"),
            ]
        )
    ]
    assert sorted(c.candidate_id[-1] for c in ask(Edgar({MP: rows}))) == ["3", "4", "5"]


def test_the_items_are_told_and_weighed() -> None:
    (found,) = ask(Edgar({LAC: [NEW_YORK_FILER]}))
    assert "1.01 material agreement" in found.title
    assert found.category in ("agreement", "loan", "equity-stake")
    (weak,) = ask(Edgar({LAC: [Row(**{**vars(NEW_YORK_FILER), "items": "7.01,9.01"})]}))
    assert found.score > weak.score


def test_a_known_filing_is_the_known_event() -> None:
    found = {c.symbols[0]: c for c in ask(Edgar({TMQ: [UTC_FILER], LAC: [NEW_YORK_FILER]}))}
    for symbol, event_id in (("TMQ", "tmq-dow-stake-2025"), ("LAC", "lac-doe-agreement-2025")):
        known = known_event(CATALOG, vars(found[symbol]))
        assert known is not None
        assert known.event_id == event_id


def test_filings_before_the_date_are_left() -> None:
    old = Row(**{**vars(UTC_FILER), "filed": "2025-08-31"})
    assert ask(Edgar({TMQ: [old]})) == []


def test_a_client_without_a_name_is_refused_with_the_remedy() -> None:
    with pytest.raises(PermanentSourceError, match=r"403.*\n.*\[feeds\] contact"):
        ask(Edgar({TMQ: [UTC_FILER]}), contact="watchlist")


def test_arrays_out_of_step_are_refused() -> None:
    recent = {"accessionNumber": ["0001279569-25-001094"], "filingDate": [], "form": ["8-K"]}

    def broken(request) -> Reply:
        return Reply(json.dumps({"filings": {"recent": recent, "files": []}}))

    with (
        Loopback(broken) as loopback,
        Web(FakeClock(), user_agent=CONTACT) as web,
        pytest.raises(PermanentSourceError, match="not in step"),
    ):
        list(edgar.submissions(web, TMQ, SINCE, loopback.url))


def test_older_pages_are_asked_for_only_where_they_reach_in() -> None:
    page = {
        "accessionNumber": ["0000000002-25-000001"],
        "filingDate": ["2025-09-02"],
        "form": ["8-K"],
        "items": ["8.01"],
    }
    files = [
        {"name": "CIK0001543418-submissions-001.json", "filingTo": "2025-09-03"},
        {"name": "CIK0001543418-submissions-002.json", "filingTo": "2024-01-01"},
        {"name": "../../etc/passwd", "filingTo": "2025-09-03"},
    ]

    def answer(request) -> Reply:
        if request.path.endswith("-001.json"):
            return Reply(json.dumps(page))
        return Reply(json.dumps({"filings": {"recent": {}, "files": files}}))

    with Loopback(answer) as loopback, Web(FakeClock(), user_agent=CONTACT) as web:
        found = list(edgar.submissions(web, TMQ, SINCE, loopback.url))
        assert [f.accession for f in found] == ["0000000002-25-000001"]
        assert len(loopback.requests) == 2


def search(server: Edgar) -> list:
    with Loopback(server) as loopback, Web(FakeClock(), user_agent=CONTACT) as web:
        return edgar.search_candidates(
            web,
            CATALOG,
            "Department of War",
            SINCE,
            date(2025, 12, 31),
            search_url=f"{loopback.url}/search-index",
            archives_url=loopback.url,
        )


def test_full_text_search_gives_each_filing_once() -> None:
    found = search(Edgar({TMQ: [UTC_FILER], LAC: [NEW_YORK_FILER]}))
    assert sorted(c.candidate_id for c in found) == [
        "edgar:0001193125-25-225972",
        "edgar:0001279569-25-001094",
    ]
    assert {c.symbols for c in found} == {("TMQ",), ("LAC",)}


def test_full_text_search_finds_companies_that_the_catalogue_lacks() -> None:
    (found,) = search(Edgar({"0000999999": [UTC_FILER]}))
    assert found.title == "Company 999999 files Form 8-K (Department of War)"
    assert found.symbols == ()
    assert found.announced_time == time(8, 31, 5)


def test_no_more_than_ten_requests_a_second() -> None:
    clock = FakeClock()
    rows = [
        Row(
            f"0000000003-25-{n:06d}",
            "8-K",
            "2025-10-01",
            "2025-10-01",
            "",
            "20251001120000",
            "8.01",
        )
        for n in range(30)
    ]
    before = clock.now()
    with (
        Loopback(Edgar({MP: rows})) as loopback,
        Web(clock, user_agent=CONTACT, per_second=edgar.PER_SECOND) as web,
    ):
        edgar.candidates(web, CATALOG, SINCE, data_url=loopback.url, archives_url=loopback.url)
        asked = len(loopback.requests)
    assert asked / (clock.now() - before).total_seconds() <= 10


def test_the_recorded_submissions_are_read(shared) -> None:
    sample = (
        shared / "facts" / "api-samples" / "edgar_submissions_CIK_trimmed_8k.json"
    ).read_bytes()
    with Loopback(lambda r: Reply(sample)) as loopback, Web(FakeClock(), user_agent="a@b") as web:
        found = list(edgar.submissions(web, "0001881551", date(2025, 1, 1), loopback.url))
    assert len(found) == 8
    assert found[0].items == ("4.02", "5.08", "8.01")
    assert found[0].filed_on == date(2026, 3, 24)


def test_a_header_with_nonsense_gives_no_time() -> None:
    odd = Row(**{**vars(UTC_FILER), "header": "20251399999999"})
    (found,) = ask(Edgar({TMQ: [odd]}))
    assert found.announced_time is None


def test_accepted_at_is_new_york_wall_time() -> None:
    filing = edgar.Filing(TMQ, UTC_FILER.accession, "8-K", date(2025, 10, 7), None, ("1.01",), "")
    with Loopback(Edgar({TMQ: [UTC_FILER]})) as loopback, Web(FakeClock(), user_agent="a@b") as web:
        assert edgar.accepted_at(web, filing, loopback.url) == datetime(2025, 10, 7, 8, 31, 5)
