"""Loading refuses a bad file with the place and the remedy; a project's own tables come first."""

from __future__ import annotations

from pathlib import Path

import pytest

from watchlist.catalog import load_catalog
from watchlist.errors import CatalogError, ConfigError
from watchlist.project import Project

GOOD = """
[[events]]
event_id = "own-event-2026"
announced_on = 2026-06-01
timing = "pre-market"
timing_basis = "reported"
title = "An event of the user's"
category = "loan"
direction = "supportive"
certainty = "single-source"
named = ["MP"]
sources = [{ title = "A release", publisher = "An agency", url = "https://agency.example/a" }]
"""


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path)


def write(project: Project, name: str, text: str) -> None:
    (project.root / name).write_text(text, encoding="utf-8")


def refusal(project: Project, text: str, name: str = "events.toml") -> str:
    write(project, name, text)
    with pytest.raises(CatalogError) as caught:
        load_catalog(project)
    return str(caught.value)


def test_a_users_event_joins_the_packaged_ones(project: Project) -> None:
    before = load_catalog(project)
    write(project, "events.toml", GOOD)
    after = load_catalog(project)
    assert len(after.events) == len(before.events) + 1
    assert after.event("own-event-2026").targets == (("MP", "named", "supportive"),)
    assert after.event("own-event-2026").entered_at is None


def test_a_users_event_replaces_the_packaged_one_whole(project: Project) -> None:
    write(project, "events.toml", GOOD.replace("own-event-2026", "mp-dod-2025"))
    event = load_catalog(project).event("mp-dod-2025")
    assert event.category == "loan"
    assert event.amount_usd is None


def test_events_are_in_the_order_of_their_dates(project: Project) -> None:
    dates = [event.announced_on for event in load_catalog(project).events]
    assert dates == sorted(dates)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        pytest.param(
            '"loan"', '"laon"', "category = 'laon': did you mean 'loan'?", id="a misspelt category"
        ),
        pytest.param(
            '"loan"', '"zzz"', "one of: equity-stake, price-floor", id="no category at all"
        ),
        pytest.param(
            'named = ["MP"]',
            'named = ["REMIX"]',
            "named = 'REMIX' is not in the catalogue; did you mean 'REMX'?",
            id="an unknown symbol",
        ),
        pytest.param(
            "title =", "titel =", "titel: no such field; did you mean 'title'?", id="a wrong key"
        ),
        pytest.param(
            "announced_on = 2026-06-01\n", "", "announced_on is missing", id="a missing date"
        ),
        pytest.param(
            "announced_on = 2026-06-01",
            "announced_on = 9999-12-31",
            "announced_on = 9999-12-31: Input should be less than or equal to 2199-12-31",
            id="a day that no calendar has",
        ),
        pytest.param(
            "announced_on = 2026-06-01",
            "amount_usd = inf\nannounced_on = 2026-06-01",
            "amount_usd = inf: Input should be a finite number",
            id="an endless amount",
        ),
        pytest.param(
            "https://agency.example/a",
            "javascript:alert(1)",
            "sources.0.url = 'javascript:alert(1)': only http:// and https://",
            id="an address that runs code",
        ),
        pytest.param("own-event-2026", "Own Event", "small letters, digits", id="a bad id"),
        pytest.param(
            'named = ["MP"]',
            'named = ["MP"]\nexposed = ["MP"]',
            "MP both named and exposed",
            id="a target twice",
        ),
        pytest.param(
            'named = ["MP"]',
            'named = ["MP"]\ndirections = { MPP = "adverse" }',
            "directions.MPP: the event neither names nor exposes it; did you mean 'MP'?",
            id="a direction for a symbol that is no target",
        ),
        pytest.param(
            'named = ["MP"]',
            'named = ["MP"]\ndirections = { MP = "advers" }',
            "directions.MP = 'advers': did you mean 'adverse'?",
            id="a misspelt direction of a pair",
        ),
        pytest.param(
            'named = ["MP"]',
            'named = ["MP"]\ndirections = { mp = "adverse" }',
            "directions.mp",
            id="a direction for a symbol in small letters",
        ),
        pytest.param(
            'named = ["MP"]',
            'named = ["MP"]\nentered_at = 2026-11-27T20:00:00',
            "entered_at: 2026-11-27T20:00:00 has no time zone; write it with Z for UTC",
            id="entered at a time without a zone",
        ),
        pytest.param(
            'named = ["MP"]',
            'named = ["MP"]\nentered_at = 2026-11-27',
            "entered_at: 2026-11-27 is a day without a time; write it as 2026-11-27T00:00:00Z",
            id="entered on a day without a time",
        ),
        pytest.param(
            'certainty = "single-source"',
            'certainty = "single-source"\nstatus = "scheduled"',
            "a scheduled event needs known_on",
            id="scheduled without known_on",
        ),
        pytest.param(
            'certainty = "single-source"',
            'certainty = "single-source"\nchain = "a-chain"',
            "chain and chain_stage go together",
            id="half a chain",
        ),
        pytest.param(
            "announced_on = 2026-06-01",
            "announced_at = 2026-06-01T08:00:00",
            "has no time zone; write the offset: 2026-06-01T08:00:00-04:00",
            id="a time without a zone",
        ),
        pytest.param(
            "sources = [", "sources = [] # [", "sources = []", id="an event without a source"
        ),
        pytest.param("[[events]]", "[events]", "must be written as [[events]]", id="one table"),
        pytest.param("[[events]]", "[[event]]", "event: no such table", id="another array"),
        pytest.param('"loan"', '"loan', "not valid TOML", id="broken TOML"),
        pytest.param(
            "An event of", "An \u202eevent of", "invisible character U+202E", id="turned text"
        ),
    ],
)
def test_a_bad_file_is_refused_with_the_remedy(
    project: Project, old: str, new: str, said: str
) -> None:
    assert old in GOOD
    message = refusal(project, GOOD.replace(old, new))
    assert said in message
    assert str(project.root / "events.toml") in message


def test_the_place_is_named_by_line_index_and_id(project: Project) -> None:
    second = GOOD.replace("own-event-2026", "second-2026").replace('"loan"', '"laon"')
    message = refusal(project, GOOD + second)
    line = (GOOD + second).splitlines().index("[[events]]", 3) + 1
    assert f"events.toml, line {line}: events[1] (second-2026): category" in message


def test_all_problems_are_told_at_once(project: Project) -> None:
    message = refusal(project, GOOD.replace('"loan"', '"laon"').replace("reported", "rumoured"))
    assert "category" in message
    assert "timing_basis" in message


def test_an_id_twice_in_a_file_is_refused(project: Project) -> None:
    assert "already stands at events[0]" in refusal(project, GOOD + GOOD)


def test_bytes_that_are_not_text_are_refused(project: Project) -> None:
    (project.root / "events.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(CatalogError, match="not UTF-8: byte 0 is 0xff"):
        load_catalog(project)


def test_the_mark_that_some_editors_put_first_is_passed_over(project: Project) -> None:
    (project.root / "events.toml").write_bytes(b"\xef\xbb\xbf" + GOOD.encode())
    assert load_catalog(project).event("own-event-2026").category == "loan"


def test_a_huge_file_is_refused_before_it_is_read(project: Project) -> None:
    with (project.root / "events.toml").open("wb") as file:
        file.truncate(50_000_000)
    with pytest.raises(CatalogError, match="50,000,000 bytes"):
        load_catalog(project)


def test_deeply_nested_toml_is_refused(project: Project) -> None:
    assert "not valid TOML" in refusal(project, "x = " + "[" * 5000 + "]" * 5000)


def test_an_offset_moment_becomes_new_york_time(project: Project) -> None:
    text = GOOD.replace("announced_on = 2026-06-01", "announced_at = 2026-06-02T01:30:00Z").replace(
        "pre-market", "after-close"
    )
    write(project, "events.toml", text)
    event = load_catalog(project).event("own-event-2026")
    assert event.announced_on.isoformat() == "2026-06-01"
    assert event.announced_time is not None
    assert event.announced_time.isoformat() == "21:30:00"


def test_a_symbol_that_is_named_twice_is_there_once(project: Project) -> None:
    write(project, "watchlist.toml", 'symbols = ["MP", "FCX", "MP"]')
    symbols = [security.symbol for security in load_catalog(project).securities]
    assert symbols[:2] == ["MP", "FCX"]
    assert len(set(symbols)) == len(symbols)


def test_symbols_of_the_config_choose_the_watchlist(project: Project) -> None:
    write(project, "watchlist.toml", 'symbols = ["FCX", "MP"]')
    catalog = load_catalog(project)
    assert catalog.watchlist == ("FCX", "MP")
    assert catalog.security("LAC").role == "peer"
    assert catalog.security("FCX").role == "watchlist"


def test_a_symbol_that_is_not_known_is_refused(project: Project) -> None:
    write(project, "watchlist.toml", 'symbols = ["TMCQ"]')
    with pytest.raises(ConfigError, match="'TMCQ' is not in the catalogue; did you mean 'TMQ'"):
        load_catalog(project)


def test_a_users_security_can_be_a_target(project: Project) -> None:
    own = '[[securities]]\nsymbol = "NVA"\nname = "Nova"\nrole = "peer"\nexchange = "NASDAQ"\n'
    write(project, "securities.toml", own + 'calendar = "XNYS"\ncurrency = "USD"\n')
    write(project, "events.toml", GOOD.replace('"MP"', '"NVA"'))
    catalog = load_catalog(project)
    assert catalog.security("NVA").pulled
    assert catalog.event("own-event-2026").named == ("NVA",)


def test_a_sector_factor_that_is_not_known_is_refused(project: Project) -> None:
    own = '[[securities]]\nsymbol = "NVA"\nname = "Nova"\nrole = "peer"\nexchange = "NASDAQ"\n'
    own += 'calendar = "XNYS"\ncurrency = "USD"\nsector_factor = "REMIX"\n'
    message = refusal(project, own, "securities.toml")
    assert "sector_factor = 'REMIX' is not in the catalogue; did you mean 'REMX'?" in message
