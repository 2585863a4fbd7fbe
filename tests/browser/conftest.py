"""A real Chromium that reports every console message and every request."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.report.site import write_site
from tests.report.small_store import PEERS

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


@dataclass
class Opened:
    """A page with what it said and asked for while it was open."""

    page: Any
    console: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    def outside(self) -> list[str]:
        return [url for url in self.requests if not url.startswith(("file:", "data:", "blob:"))]

    def settle(self) -> None:
        """Look at each chart until it has been drawn: a page draws what comes into sight."""
        self.until("!document.querySelector('.plot') || window.Plotly !== undefined")
        self.until(
            """(() => {
                const left = document.querySelector(".plot:not([data-drawn])");
                left?.scrollIntoView({behavior: "instant"});
                return left === null;
            })()"""
        )
        self.page.evaluate("scrollTo(0, 0)")

    def until(self, condition: str, seconds: float = 20) -> None:
        """Wait for a condition; Playwright's own way is refused by the pages' policy."""
        end = time.monotonic() + seconds
        while not self.page.evaluate(condition):
            assert time.monotonic() < end, f"never came true: {condition}"
            time.sleep(0.05)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    program = next(
        (
            p
            for name in ("chromium", "chromium-browser", "google-chrome")
            if (p := shutil.which(name))
        ),
        None,
    )
    if program is None:
        pytest.skip("no Chromium on this machine")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def visit(chromium: Any) -> Any:
    """Opens a file: `with visit(path, width=400, scheme="dark") as opened`."""

    @contextmanager
    def visit(
        path: Path, *, width: int = 1400, scheme: str = "light", hash_: str = ""
    ) -> Iterator[Opened]:
        context = chromium.new_context(
            viewport={"width": width, "height": 900}, color_scheme=scheme, offline=False
        )
        page = context.new_page()
        opened = Opened(page)
        page.on("console", lambda message: opened.console.append(message.text))
        page.on("pageerror", lambda error: opened.console.append(str(error)))
        page.on("request", lambda request: opened.requests.append(request.url))
        page.goto(path.resolve().as_uri() + hash_)
        try:
            yield opened
        finally:
            context.close()

    return visit


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The reports folder of the small store, twelve symbols, its tests calibrated."""
    return write_site(tmp_path_factory.mktemp("site"), peers=PEERS, calibrated=True).reports_dir
