"""The pages in a real browser: drawn, quiet, reachable, readable, inert."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tests.report.site import write_site
from tests.report.small_store import AS_OF, EVENTS, WATCHED, Event

pytestmark = pytest.mark.browser

A4_WIDTH = 718
"""Pixels between usual margins, at 96 to the inch."""

PAGES = {
    "daily": f"daily/{AS_OF}.html",
    "event": "events/stake-one.html",
    "symbol": "symbols/MP.html",
    "index": "index.html",
}


@pytest.fixture(params=PAGES.values(), ids=PAGES.keys())
def page_file(request: pytest.FixtureRequest, site: Path) -> Path:
    return site / str(request.param)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_page_is_drawn_without_a_complaint_or_an_outside_request(
    visit: Any, page_file: Path, scheme: str
) -> None:
    with visit(page_file, scheme=scheme) as opened:
        opened.settle()

        assert opened.console == []
        assert opened.outside() == []
        plots = opened.page.locator(".plot")
        drawn = opened.page.evaluate(
            """() => [...document.querySelectorAll('.plot')].filter((plot) =>
                plot.querySelector('.trace path, .heatmaplayer image, .heatmaplayer path')
            ).length"""
        )
        assert drawn == plots.count()
        assert plots.count() > 0 or page_file.name == "index.html"
        assert "Share chart" not in opened.page.content()


@pytest.mark.parametrize("width", [400, 768, 1400, 1600])
def test_no_sideways_scroll(visit: Any, page_file: Path, width: int) -> None:
    with visit(page_file, width=width) as opened:
        opened.settle()

        assert opened.page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious(visit: Any, page_file: Path, scheme: str) -> None:
    from axe_playwright_python.sync_playwright import Axe

    with visit(page_file, scheme=scheme) as opened:
        opened.settle()
        opened.page.evaluate(
            "document.querySelectorAll('details').forEach((d) => { d.open = true })"
        )
        found = Axe().run(opened.page)

        serious = [
            f"{violation['id']}: {violation['nodes'][0]['html'][:160]}"
            for violation in found.response["violations"]
            if violation["impact"] in {"serious", "critical"}
        ]
        assert serious == []


def test_dark_page_has_dark_charts_and_follows_a_change(visit: Any, site: Path) -> None:
    with visit(site / PAGES["symbol"], scheme="dark") as opened:
        opened.settle()
        stroke = "getComputedStyle(document.querySelector('.js-line')).stroke"
        assert opened.page.evaluate(stroke) == "rgb(236, 232, 224)"

        opened.page.emulate_media(color_scheme="light")
        opened.until(f"{stroke} === 'rgb(35, 33, 30)'")


def test_tables_sort_by_number_and_by_name(visit: Any, site: Path) -> None:
    with visit(site / PAGES["daily"]) as opened:
        board = opened.page.locator("table.board")
        first = "tbody tr:first-child th"

        board.get_by_role("button", name="Return").click()
        values = board.locator("tbody tr td:nth-child(4)").evaluate_all(
            "cells => cells.map((cell) => Number(cell.dataset.v))"
        )
        assert values == sorted(values, reverse=True)
        assert board.locator("th[aria-sort]").get_attribute("aria-sort") == "descending"

        board.get_by_role("button", name="Symbol").click()
        assert board.locator(first).get_attribute("data-v") == "LAC"
        board.get_by_role("button", name="Symbol").press("Enter")
        assert board.locator(first).get_attribute("data-v") == "TMQ"


def test_index_search_narrows_and_tells_how_far(visit: Any, site: Path) -> None:
    with visit(site / "index.html") as opened:
        total = opened.page.locator("[data-search]:visible").count()
        opened.page.get_by_role("searchbox").fill("stake third")

        assert opened.page.locator("[data-search]:visible").count() == 1
        assert opened.page.locator("#found").inner_text() == f"1 of {total}"


def test_latest_leads_to_the_newest(visit: Any, site: Path) -> None:
    with visit(site / "latest.html") as opened:
        opened.page.wait_for_url(f"**/daily/{AS_OF}.html")


def test_page_prints_with_all_charts_on_white(visit: Any, site: Path) -> None:
    with visit(site / PAGES["daily"], scheme="dark") as opened:
        opened.until("window.Plotly !== undefined")
        pdf = opened.page.pdf(format="A4", print_background=False)

        assert len(re.findall(rb"/Type\s*/Page[^s]", pdf)) >= 2
        assert opened.page.locator(".plot:not([data-drawn])").count() == 0
        opened.page.emulate_media(media="print")
        opened.page.set_viewport_size({"width": A4_WIDTH, "height": 1000})
        assert opened.page.evaluate("document.documentElement.scrollWidth") <= A4_WIDTH
        assert opened.page.locator("nav").first.is_hidden()
        assert (
            opened.page.evaluate("getComputedStyle(document.body).backgroundColor")
            == "rgb(255, 255, 255)"
        )


def test_first_chart_is_drawn_at_once_and_those_below_the_fold_wait(visit: Any, site: Path) -> None:
    with visit(site / PAGES["daily"]) as opened:
        opened.until("document.querySelector('#lead[data-drawn] .js-line') !== null")

        assert opened.page.locator(".plot:not([data-drawn])").count() > 0


def test_single_file_needs_nothing_beside_it(visit: Any, tmp_path: Path) -> None:
    project = write_site(tmp_path / "made", single_file=True)
    alone = tmp_path / "alone.html"
    alone.write_bytes((project.reports_dir / "daily" / f"{AS_OF}.html").read_bytes())

    with visit(alone) as opened:
        opened.settle()
        assert opened.requests == [alone.resolve().as_uri()]
        assert opened.console == []


def test_without_the_shared_script_the_words_stand_in(visit: Any, tmp_path: Path) -> None:
    project = write_site(tmp_path)
    (project.reports_dir / "plotly.min.js").unlink()

    with visit(project.reports_dir / PAGES["symbol"]) as opened:
        opened.until("document.querySelector('.plot').textContent.length > 40")
        assert "needs plotly.min.js" in opened.page.locator(".plot").first.inner_text()


STATES: dict[str, dict[str, Any]] = {
    "no event": {"events": ()},
    "no bars": {"with_bars": False},
    "one symbol": {"watched": ("MP",), "peers": ()},
    "every pull failed": {"failed": (*WATCHED, "USAR", "UUUU", "SPY", "REMX")},
    "simulated": {"simulated": True},
}


@pytest.mark.parametrize("store", STATES.values(), ids=STATES.keys())
def test_poor_states_are_pages_too(visit: Any, tmp_path: Path, store: dict[str, Any]) -> None:
    project = write_site(tmp_path, **store)

    with visit(project.reports_dir / PAGES["daily"], width=400) as opened:
        opened.settle()
        assert opened.console == []
        assert opened.page.evaluate("document.documentElement.scrollWidth") <= 400
        assert opened.page.locator("h1").inner_text().strip()


HOSTILE = {
    "script": "<script>document.title='owned'</script><img src=x onerror='document.title=1'>",
    "template": "{{ 7*7 }} {% raw %} ${7*7}",
    "breakout": "</script></style></title></textarea>--><b>x</b>",
    "quotes": "\"' onmouseover='document.title=\"owned\"' `",
    "right-to-left": "\u202eevil \u2066title\u2069 \u05d0\u05d1\u05d2",
    "long": "very long title " * 640,
    "separators": "line\u2028and\u2029paragraph\x0bcontrol",
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_text_is_inert(visit: Any, tmp_path: Path, text: str) -> None:
    hostile = Event(
        "../" + text[:40],
        date(2026, 1, 29),
        text,
        ("NB", "MP"),
        summary=text,
        source_title=text,
        publisher=text,
        source_url="javascript:document.title='owned'",
    )
    project = write_site(
        tmp_path,
        events=(*EVENTS[:3], hostile),
        name="{symbol} " + text[:60].replace("{", "(").replace("}", ")"),
    )
    folder = project.reports_dir
    event_files = {file.name for file in (folder / "events").glob("*.html")}
    assert len(event_files) == 4

    for name in (
        PAGES["daily"],
        PAGES["symbol"],
        PAGES["index"],
        *(f"events/{n}" for n in event_files),
    ):
        with visit(folder / name, width=400) as opened:
            opened.settle()
            assert opened.page.title() not in {"owned", "1"}, name
            assert opened.console == [], name
            assert opened.outside() == []
            assert opened.page.evaluate("document.documentElement.scrollWidth") <= 400, name
            links = opened.page.evaluate("[...document.links].map((link) => link.protocol)")
            assert set(links) <= {"file:", "http:", "https:"}
            assert opened.page.locator("img, b").count() == 0
    with visit(folder / PAGES["daily"]) as opened:
        shown = opened.page.locator("#events h4").first.inner_text()
        assert shown.split()[0] == text.split(maxsplit=1)[0]
