"""The timeline page in a real browser: drawn, quiet, readable on a small screen."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from watchlist.catalog import load_catalog
from watchlist.project import Project
from watchlist.report.site import write_timeline

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def timeline(tmp_path_factory: pytest.TempPathFactory) -> Path:
    project = Project(tmp_path_factory.mktemp("timeline"))
    return write_timeline(project, load_catalog(project).events)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_is_drawn_without_a_complaint_or_an_outside_request(
    visit: Any, timeline: Path, scheme: str
) -> None:
    with visit(timeline, scheme=scheme) as opened:
        opened.settle()

        assert opened.console == []
        assert opened.outside() == []
        marks = opened.page.evaluate("document.querySelectorAll('.plot .points path').length")
        assert marks >= 95
        assert opened.page.locator(".modebar-btn").count() == 0


@pytest.mark.parametrize("width", [400, 1400])
def test_it_fits_the_screen(visit: Any, timeline: Path, width: int) -> None:
    with visit(timeline, width=width) as opened:
        opened.settle()

        assert opened.page.evaluate("document.documentElement.scrollWidth") <= width


def test_only_web_addresses_can_be_followed(visit: Any, timeline: Path) -> None:
    with visit(timeline) as opened:
        links = opened.page.evaluate("[...document.querySelectorAll('td a')].map((a) => a.href)")

        assert len(links) >= 95
        assert all(link.startswith(("http://", "https://")) for link in links)


def test_axe_finds_nothing_serious(visit: Any, timeline: Path) -> None:
    from axe_playwright_python.sync_playwright import Axe

    with visit(timeline) as opened:
        opened.settle()
        found = Axe().run(opened.page).response["violations"]

        assert [v["id"] for v in found if v["impact"] in ("serious", "critical")] == []
