"""The daily report: what the twin says, what the page says, and that both say the same."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import jsonschema
import pytest

from tests.report.site import many_events, write_site
from tests.report.small_store import AS_OF, EVENTS, PEERS, WATCHED, Event, build
from watchlist.config import Config
from watchlist.project import Project, packaged
from watchlist.report.daily import DailyPage, daily_page
from watchlist.report.events import event_card
from watchlist.report.facts import Facts, read_facts
from watchlist.report.files import to_json
from watchlist.report.headlines import headlines
from watchlist.report.site import open_renderer, write_daily
from watchlist.store import last_session


def daily(con: duckdb.DuckDBPyConnection, as_of: date = AS_OF) -> DailyPage:
    facts: Facts = read_facts(con, as_of, chart_days=550)
    return daily_page(facts, [event_card(row) for row in facts.events], version="0.1.0")


def context(**store: Any) -> DailyPage:
    return daily(build(**store), store.get("as_of", AS_OF))


def page(report: DailyPage, tmp_path: Path) -> str:
    symbols = frozenset(s["symbol"] for s in report["data"]["symbols"])
    return open_renderer(Project(tmp_path)).page(report, linked=symbols, signals_page=False)


@pytest.fixture(scope="module")
def usual() -> DailyPage:
    return context()


@pytest.fixture(scope="module")
def schema() -> jsonschema.Draft202012Validator:
    text = (packaged("reports") / "schema" / "daily.schema.json").read_text(encoding="utf-8")
    jsonschema.Draft202012Validator.check_schema(json.loads(text))
    return jsonschema.Draft202012Validator(
        json.loads(text), format_checker=jsonschema.FormatChecker()
    )


def assert_valid(schema: jsonschema.Draft202012Validator, report: DailyPage) -> None:
    problems = [
        f"{list(problem.path)}: {problem.message[:200]}"
        for problem in schema.iter_errors(json.loads(to_json(report)))
    ]
    assert problems == []


EMPTY_STATES: dict[str, dict[str, Any]] = {
    "usual": {},
    "no event": {"events": ()},
    "no bars": {"with_bars": False},
    "no study": {"with_study": False},
    "one symbol": {"watched": ("MP",), "peers": ()},
    "every pull failed": {"failed": (*WATCHED, *PEERS[:2], "SPY", "REMX")},
    "every pull failed, no bars": {
        "failed": (*WATCHED, *PEERS[:2], "SPY", "REMX"),
        "with_bars": False,
    },
    "empty watchlist": {"watched": ()},
    "simulated": {"simulated": True},
    "calibrated": {"calibrated": True},
    "calibrated, the study gone": {"calibrated": True, "with_study": False},
}


@pytest.mark.parametrize("store", EMPTY_STATES.values(), ids=EMPTY_STATES.keys())
def test_every_state_gives_a_valid_twin_and_a_page(
    store: dict[str, Any], schema: jsonschema.Draft202012Validator, tmp_path: Path
) -> None:
    report = context(**store)

    assert_valid(schema, report)
    html = page(report, tmp_path)
    assert html.count("<h1") == 1
    assert "None" not in re.sub(r"<script.*?</script>", "", html, flags=re.DOTALL)
    assert "nan" not in re.sub(r"<style.*?</style>", "", html, flags=re.DOTALL).split()


def test_state_comes_first_and_names_what_failed() -> None:
    report = context(failed=("NB",))

    assert report["data"]["level"] == "bad"
    assert report["data"]["sentence"] == (
        "7 of 8 symbols have their bar of 30 Jan 2026. NB ends on 29 Jan 2026. "
        "The last pull of NB failed."
    )
    assert report["data"]["failures"] == [
        {"symbol": "NB", "kind": "transient", "reason": "HTTP 429: too many requests"}
    ]
    html = (packaged("reports") / "daily.html.j2").read_text(encoding="utf-8")
    assert html.index("state.html.j2") < html.index("headlines.html.j2")


@pytest.mark.parametrize(
    ("store", "sentence"),
    [
        ({}, "All 8 symbols have their bar of 30 Jan 2026."),
        ({"with_bars": False}, "No bar is stored for any of 8 symbols."),
        (
            {"failed": (*WATCHED, *PEERS[:2], "SPY", "REMX"), "with_bars": False},
            "No bar is stored for any of 8 symbols. "
            "Every pull failed: HTTP 429: too many requests.",
        ),
    ],
    ids=["complete", "no bars", "nothing could be had"],
)
def test_state_in_a_sentence(store: dict[str, Any], sentence: str) -> None:
    assert context(**store)["data"]["sentence"] == sentence


def test_headline_says_what_moved_how_far_how_rare_and_what_was_public(
    usual: DailyPage,
) -> None:
    first = usual["headlines"][0]

    assert re.fullmatch(
        r"(MP|NB) rose \d\d\.\d\u00a0%, \d+ points beyond market and sector; .+; "
        r"“A price floor is proposed” became public after the close on 29 Jan\.",
        first["text"],
    )
    assert first["event_id"] == "fresh"
    assert "because" not in to_json({"": usual["headlines"]})
    assert usual["headlines"][-1]["text"] == (
        "Ahead: “Ministers meet on critical minerals”, due 4 Feb 2026."
    )


def test_a_quiet_session_is_called_quiet() -> None:
    report = context(events=tuple(e for e in EVENTS if e.event_id != "fresh"))

    assert report["headlines"][0]["text"].startswith("A quiet session: ")


def test_an_event_after_the_last_close_waits_for_its_session() -> None:
    late = Event("late", AS_OF, "A late announcement", ("MP",))
    report = context(events=(*EVENTS, late))

    card = next(c for c in report["events"]["fresh"] if c["event_id"] == "late")
    assert card["age"] == -1
    assert report["headlines"][-1]["text"] == (
        "“A late announcement” became public after the close; the first session that can react "
        "is the next one on 2 Feb 2026."
    )


def test_rows_lead_with_the_most_unusual_and_carry_the_numbers(usual: DailyPage) -> None:
    assert {r["symbol"] for r in usual["watchlist"][:2]} == {"MP", "NB"}
    top = usual["watchlist"][0]
    assert top["abnormal"]["factors"] == ["SPY", "REMX"]
    assert top["abnormal"]["sar"] > 3
    assert top["rarity"]["others"] == 280
    assert len(top["spark"]) == 60


def test_nothing_from_after_the_session_is_told() -> None:
    as_of = date(2025, 10, 7)
    report = context(as_of=as_of)

    assert "controls" not in to_json(report)
    assert all(row["session"][-1] == as_of for row in report["prices"])
    assert report["headlines"][0]["symbol"] == "TMQ"
    assert "none of its" in report["headlines"][0]["text"]


def test_a_schedule_that_nobody_knew_yet_is_not_ahead() -> None:
    assert context(as_of=date(2026, 1, 16))["events"]["ahead"] == []
    assert [e["event_id"] for e in context()["events"]["ahead"]] == ["ministerial"]


def test_a_holiday_is_told_before_it_comes() -> None:
    report = context(holidays=(date(2026, 2, 2),))

    assert report["session"]["closed"] == [date(2026, 2, 2)]
    assert report["session"]["next"] == date(2026, 2, 3)


def test_first_report_and_later_ones_say_what_changed() -> None:
    con = build()
    assert daily(con)["changes"]["since"] is None

    con.execute(
        "INSERT INTO base.studies BY NAME "
        "SELECT * REPLACE (0 AS study_id, DATE '2026-01-28' AS as_of) FROM base.studies"
    )
    changes = daily(con)["changes"]
    assert changes["since"] == date(2026, 1, 28)
    assert [e["event_id"] for e in changes["events"]] == ["fresh"]


def test_restated_bars_of_the_last_runs_are_told() -> None:
    con = build()
    con.execute(
        "INSERT INTO base.restatements BY NAME SELECT 0 AS security_id, DATE '2026-01-05' AS "
        "session, 'close' AS field, 1.0 AS old_value, 2.0 AS new_value, 'correction' AS cause, "
        "0 AS pull_id, now() AS restated_at"
    )
    report = daily(con)

    assert report["data"]["restated"] == 1
    assert "The vendor restated 1 bar." in report["data"]["sentence"]


def test_two_runs_give_the_same_bytes(tmp_path: Path) -> None:
    first = write_site(tmp_path / "a").reports_dir
    second = write_site(tmp_path / "b").reports_dir

    files = sorted(p.relative_to(first) for p in first.rglob("*") if p.is_file())
    assert files == sorted(p.relative_to(second) for p in second.rglob("*") if p.is_file())
    assert [f for f in files if (first / f).read_bytes() != (second / f).read_bytes()] == []


def test_a_second_run_touches_nothing(tmp_path: Path) -> None:
    folder = write_site(tmp_path).reports_dir
    before = {p: p.stat().st_mtime_ns for p in folder.rglob("*") if p.is_file()}
    write_site(tmp_path)

    assert before == {p: p.stat().st_mtime_ns for p in folder.rglob("*") if p.is_file()}


def test_an_older_report_leaves_the_living_pages(tmp_path: Path) -> None:
    con = build()
    project = Project(tmp_path)
    write_daily(con, project, Config(), as_of=AS_OF)
    living = ("events/stake-one.html", "symbols/MP.html", "latest.html")
    before = {name: (project.reports_dir / name).read_bytes() for name in living}

    write_daily(con, project, Config(), as_of=date(2025, 10, 7))

    assert before == {name: (project.reports_dir / name).read_bytes() for name in living}
    index = (project.reports_dir / "index.html").read_text(encoding="utf-8")
    assert "daily/2025-10-07.html" in index
    assert "daily/2026-01-30.html" in index


def test_every_page_of_simulated_prices_says_so(tmp_path: Path) -> None:
    folder = write_site(tmp_path, simulated=True).reports_dir
    pages = [p for p in folder.rglob("*.html") if p.name != "latest.html"]

    assert len(pages) > 10
    assert [p.name for p in pages if "SIMULATED" not in p.read_text(encoding="utf-8")] == []
    feed = json.loads((folder / "feed.json").read_text(encoding="utf-8"))
    assert feed["items"][0]["title"].startswith("SIMULATED: ")


def test_links_resolve(tmp_path: Path) -> None:
    folder = write_site(tmp_path).reports_dir
    broken = []
    for file in folder.rglob("*.html"):
        text = re.sub(r"<script.*?</script>", "", file.read_text(encoding="utf-8"), flags=re.DOTALL)
        for link in re.findall(r'href="([^"]+)"', text):
            if link.startswith("http"):
                continue
            name, _, anchor = link.partition("#")
            target = (file.parent / name).resolve() if name else file
            if not target.is_file() or (
                anchor and f'id="{anchor}"' not in target.read_text(encoding="utf-8")
            ):
                broken.append(f"{file.name}: {link}")
    assert broken == []


def test_index_lists_everything_and_the_feed_is_one(tmp_path: Path) -> None:
    folder = write_site(tmp_path).reports_dir
    index = (folder / "index.html").read_text(encoding="utf-8")

    assert all(e.title in index for e in EVENTS)
    feed = json.loads((folder / "feed.json").read_text(encoding="utf-8"))
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert feed["items"][0]["id"] == "daily/2026-01-30.html"
    assert "content_text" in feed["items"][0]


def test_page_stays_small_with_twelve_symbols_and_a_hundred_events(tmp_path: Path) -> None:
    folder = write_site(tmp_path, peers=PEERS, events=many_events(100)).reports_dir
    page_file = folder / "daily" / f"{AS_OF}.html"
    twin = json.loads(page_file.with_suffix(".json").read_text(encoding="utf-8"))

    assert len(twin["data"]["symbols"]) == 14
    assert len(twin["study"]["heatmap"]["events"]) >= 95
    assert page_file.stat().st_size <= 400_000


def test_method_box_shows_what_calibration_measured(tmp_path: Path) -> None:
    report = context(calibrated=True)
    calibration = report["method"]["calibration"]

    assert (calibration["study"], calibration["window"]) == ("daily-sector", [0, 0])
    assert calibration["sentence"] == (
        "At 5\u00a0%, 3 of 4 tests reject no more than chance allows. Too often on one event: bmp."
    )
    # bmp is no test of this report, so it stands in the table and not in the chart
    assert [row["label"] for row in calibration["own"] if row["setting"] == "null"] == [
        "pair-t, one pair",
        "ibragimov-mueller, all events",
    ]
    assert [row["test"] for row in calibration["rows"] if row["too_often"]] == ["bmp"]
    html = page(report, tmp_path)
    assert 'data-for="calibration"' in html
    assert "▲ 20.0\u00a0%" in html


def test_without_calibration_the_method_box_claims_none(usual: DailyPage, tmp_path: Path) -> None:
    assert usual["method"]["calibration"] is None
    assert "quiet days of this panel" not in page(usual, tmp_path)


def test_timeline_is_of_a_year_and_what_is_ahead(usual: DailyPage, tmp_path: Path) -> None:
    old = Event("old", date(2025, 1, 29), "An old measure", ("MP",))
    report = context(events=(*EVENTS, old))

    assert report["timeline"] == usual["timeline"]
    assert [row["event_id"] for row in report["timeline"]][:2] == ["ministerial", "fresh"]
    assert 'data-for="timeline"' in page(report, tmp_path)
    assert 'data-for="timeline"' not in page(context(events=()), tmp_path)


def test_last_session_is_the_one_before_a_holiday() -> None:
    con = build(holidays=(date(2026, 1, 19),))

    assert last_session(con, date(2026, 1, 19)) == date(2026, 1, 16)
    assert last_session(con, None) == AS_OF


def test_no_attribute_is_escaped_markup(tmp_path: Path) -> None:
    folder = write_site(tmp_path).reports_dir
    wrong = [
        file.name
        for file in folder.rglob("*.html")
        if re.search(r"<\w+[^>]*&(#34|quot);[^>]*>", file.read_text(encoding="utf-8"))
    ]
    assert wrong == []


def fallen(**changes: Any) -> Any:
    """A row of the watchlist table that is news."""
    return {
        "symbol": "MP",
        "ret": -0.2,
        "abnormal": {"ar": -0.18, "sar": -6.0, "factors": ["SPY"]},
        "rarity": {"larger": 0, "others": 400, "next_largest": 0.15},
        "rare": "its largest move in 401 sessions",
        "session": date(2026, 1, 30),
        **changes,
    }


def fresh(title: str, on: str, timing: str, relation: str = "named") -> dict[str, Any]:
    """As much of an event's card as a headline reads."""
    return {
        "event_id": title,
        "title": title,
        "on": date.fromisoformat(on),
        "timing": timing,
        "age": 0,
        "amount_usd": None,
        "targets": [{"symbol": "MP", "relation": relation}],
    }


def told(*events: Any) -> str:
    """The headline of a fall with these events behind it, after the numbers."""
    text = headlines([fallen()], list(events), [], level="ok", next_session=None)[0]["text"]
    numbers = "MP fell 20.0\u00a0%, 18 points beyond the market; its largest move in 401 sessions; "
    assert text.startswith(numbers)
    return text.removeprefix(numbers)


EVENING = fresh("A", "2026-01-29", "after-close")


@pytest.mark.parametrize(
    ("events", "ending"),
    [
        ((), "no event in the catalogue names or reaches it on this day."),
        ((EVENING,), "“A” became public after the close on 29 Jan."),
        (
            (EVENING, fresh("B", "2026-01-29", "after-close")),
            "“A” and “B” became public after the close on 29 Jan.",
        ),
        (
            (EVENING, fresh("B", "2026-01-30", "pre-market")),
            "“A” became public after the close on 29 Jan; another event has the same day 0.",
        ),
        (
            (EVENING, fresh("B", "2026-01-30", "intraday"), fresh("C", "2026-01-30", "unknown")),
            "“A” became public after the close on 29 Jan; 2 other events have the same day 0.",
        ),
        (
            (
                fresh("A", "2026-01-30", "unknown", "exposed"),
                fresh("B", "2026-01-30", "pre-market"),
            ),
            "“B” became public before the open that day.",
        ),
        (
            (fresh("A", "2026-01-30", "unknown"),),
            "“A” became public on 30 Jan, at an unknown time.",
        ),
        (
            (fresh("A", "2026-01-24", "non-trading-day"),),
            "“A” became public on Saturday 24 January, with the exchange closed.",
        ),
    ],
    ids=["none", "one", "same evening", "another", "two others", "named wins", "unknown", "closed"],
)
def test_headline_tells_what_was_public(events: tuple[dict[str, Any], ...], ending: str) -> None:
    assert told(*events) == ending
