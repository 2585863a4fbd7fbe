"""Takes the README's picture of the demo: `python -m tests.browser.picture`.

The picture is a screenshot of what `watchlist demo` writes, so it cannot show what the program does
not do; the banner in it says that its prices are simulated.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from watchlist.report.export import find_browser

TARGET = Path(__file__).parents[2] / "docs" / "report.png"
SESSION = "2026-02-04"
"""The ministerial's day 0: something moved, events are fresh, running and ahead."""

WIDTH, HEIGHT = 1280, 1500
MAX_BYTES = 400_000


def main() -> None:
    """Run the demo in an empty folder and photograph the top of its report."""
    from playwright.sync_api import sync_playwright

    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            [sys.executable, "-m", "watchlist", "demo", f"{folder}/demo", "--on", SESSION],
            check=True,
            stdout=subprocess.PIPE,
            text=True,
        )
        page_file = Path(done.stdout.strip().splitlines()[-1])
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=find_browser(), args=["--no-sandbox", "--disable-gpu"]
            )
            page = browser.new_page(
                viewport={"width": WIDTH, "height": HEIGHT}, color_scheme="light"
            )
            page.goto(page_file.resolve().as_uri())
            page.wait_for_timeout(3_000)
            data = page.screenshot()
            browser.close()
    if len(data) > MAX_BYTES:
        raise SystemExit(f"{len(data)} bytes; at most {MAX_BYTES}")
    TARGET.parent.mkdir(exist_ok=True)
    TARGET.write_bytes(data)
    sys.stdout.write(f"{TARGET} {len(data)} bytes\n")


if __name__ == "__main__":
    main()
