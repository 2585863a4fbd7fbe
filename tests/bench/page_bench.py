"""The daily page in Chromium: when its first chart stands, against a bare page with that chart."""

from __future__ import annotations

import re
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.bench.pairs import Ratio, compare
from tests.browser.conftest import ARGUMENTS
from tests.report.site import many_events, write_site
from tests.report.small_store import AS_OF, PEERS
from watchlist.errors import ConfigError
from watchlist.report.export import find_browser

DRAWN = ".plot .scatterlayer .js-line"


def run() -> list[Ratio]:
    """One ratio in one browser; none, and the reason, where there is no browser."""
    try:
        program = find_browser()
    except ConfigError as error:
        print(f"… page: left out, {error.message}", file=sys.stderr)
        return []
    from playwright.sync_api import sync_playwright

    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        reports = write_site(Path(folder), peers=PEERS, events=many_events(100)).reports_dir
        whole = reports / "daily" / f"{AS_OF}.html"
        bare = _bare_page(whole, reports / "plotly.min.js", Path(folder) / "bare.html")
        browser = playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
        try:
            return [
                compare(
                    "the first chart in Chromium, 12 symbols and 100 events",
                    ("the daily page", _open(browser, whole)),
                    ("a bare page: the same script, that chart", _open(browser, bare)),
                    rounds=9,
                    goal=2.0,
                )
            ]
        finally:
            browser.close()


def _bare_page(whole: Path, script: Path, bare: Path) -> Path:
    """The first chart of a page and what draws it, nothing else."""
    found = re.search(
        r'class="figure" data-for="lead">(.*?)</script>', whole.read_text("utf-8"), re.DOTALL
    )
    if found is None:
        raise RuntimeError("the daily page has no chart beside its headline")
    bare.write_text(
        "<!doctype html><meta charset='utf-8'><div id='c' class='plot'></div>"
        f"<script src='{script.as_uri()}'></script>"
        f"<script>const f = {found[1]}; Plotly.newPlot('c', f.data, f.layout)</script>",
        encoding="utf-8",
    )
    return bare


def _open(browser: Any, file: Path) -> Callable[[], object]:
    """Open a file in a new tab and wait until a line of a chart is drawn."""

    def run() -> None:
        page = browser.new_page(viewport={"width": 1400, "height": 900})
        page.goto(file.resolve().as_uri(), wait_until="commit")
        page.wait_for_selector(DRAWN, state="attached")
        page.close()

    return run
