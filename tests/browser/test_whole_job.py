"""The whole job, seen in a browser: the demo, and real bars."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.browser


def run(*arguments: str) -> Path:
    """The report that a command of the product prints."""
    done = subprocess.run(
        [sys.executable, "-m", "watchlist", *arguments], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return Path(done.stdout.strip().splitlines()[-1])


def look_at(visit: Any, page: Path, event: str) -> None:
    """A page of each kind: drawn, quiet, nothing asked of the network, its twin beside it."""
    folder = page.parents[1]
    for file in (
        page,
        folder / "events" / f"{event}.html",
        folder / "symbols" / "TMQ.html",
        folder / "signals" / page.name,
        folder / "index.html",
    ):
        with visit(file) as opened:
            opened.settle()
            assert opened.console == [], file.name
            assert opened.outside() == [], file.name
            plots = opened.page.locator(".plot").count()
            assert opened.page.locator(".plot .main-svg").count() >= plots
            assert plots > 0 or file.name == "index.html"
            twin = opened.page.locator("link[type='application/json']").get_attribute("href")
            assert (file.parent / str(twin)).is_file()
        with visit(file, width=400) as opened:
            opened.settle()
            assert opened.console == [], file.name
            assert opened.page.evaluate("document.documentElement.scrollWidth") <= 400, file.name


def test_demo(visit: Any, tmp_path: Path) -> None:
    page = run("demo", str(tmp_path / "demo"))

    assert "SIMULATED" in page.read_text(encoding="utf-8")
    look_at(visit, page, "tmq-dow-stake-2025")


@pytest.mark.slow
def test_real_bars(visit: Any, tmp_path: Path, shared: Path) -> None:
    bars = str(shared / "bars" / "bars.parquet")
    page = run("daily", "--source", bars, "--on", "2025-10-07", "--project", str(tmp_path))
    twin = json.loads(page.with_suffix(".json").read_text(encoding="utf-8"))

    assert twin["headlines"][0]["text"].startswith("TMQ rose 211\u00a0%, 211 points beyond market")
    assert "SIMULATED" not in page.read_text(encoding="utf-8")
    assert page.stat().st_size <= 400_000
    look_at(visit, page, "tmq-dow-stake-2025")
