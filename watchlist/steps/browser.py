"""Pictures and PDF from a page, by a Chromium or Chrome that is on the machine."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

from watchlist.errors import ConfigError, WatchlistError

NAMES = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
    "microsoft-edge",
)
"""Commands that browsers of this family are installed as."""

PLACES = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "C:/Program Files/Google/Chrome/Application/chrome.exe",
)

QUIET = (
    "--headless",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-sync",
    "--no-first-run",
    "--hide-scrollbars",
    "--mute-audio",
)
TIMEOUT_SECONDS = 90
SETTLE_MILLISECONDS = 4_000
"""Virtual time in which a page draws its charts."""

MAX_HEIGHT = 16_000


def find_browser(configured: str = "") -> str:
    """The browser to use.

    Raises
    ------
    ConfigError
        None is there, or the configured one is not.
    """
    if configured:
        found = shutil.which(configured)
        if found is None:
            raise ConfigError(f"[report] browser = {configured!r}: no such program")
        return found
    for name in (*NAMES, *PLACES):
        found = shutil.which(name)
        if found is not None:
            return found
    raise ConfigError(
        "pictures and PDF need Chromium or Chrome, and none was found",
        "install one (Debian: apt install chromium), or name it in watchlist.toml: "
        '[report] browser = "/path/to/chrome"',
    )


def pdf(browser: str, page: Path, target: Path) -> Path:
    """Print a page."""
    _run(browser, page, ["--no-pdf-header-footer"], target, "--print-to-pdf")
    return target


def png(browser: str, page: Path, target: Path, *, width: int = 1400, scale: int = 1) -> Path:
    """A picture of a whole page, as high as the page is."""
    height = _height(browser, page, width)
    options = [f"--window-size={width},{height}", f"--force-device-scale-factor={scale}"]
    _run(browser, page, options, target, "--screenshot")
    return target


def _height(browser: str, page: Path, width: int) -> int:
    """The page's own report script writes its height into the document."""
    dom = _launch(browser, page, [f"--window-size={width},900", "--dump-dom"])
    found = re.search(r'data-height-all="(\d+)"', dom)
    if found is None:
        raise WatchlistError(f"{page.name}: the browser could not lay it out")
    return min(int(found[1]), MAX_HEIGHT)


def _run(browser: str, page: Path, options: list[str], target: Path, verb: str) -> None:
    part = target.with_name(f".{target.stem}.{os.getpid()}{target.suffix}")
    try:
        _launch(browser, page, [*options, f"{verb}={part}"])
        if not part.is_file() or part.stat().st_size == 0:
            raise WatchlistError(f"{page.name}: the browser wrote no {target.suffix[1:]}")
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)


def _launch(browser: str, page: Path, options: list[str]) -> str:
    with tempfile.TemporaryDirectory(
        prefix="watchlist-browser-", ignore_cleanup_errors=True
    ) as profile:
        command = [
            browser,
            *QUIET,
            # Chromium refuses to run as root inside its sandbox; the page is our own
            *(["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []),
            f"--user-data-dir={profile}",
            f"--virtual-time-budget={SETTLE_MILLISECONDS}",
            *options,
            f"{page.resolve().as_uri()}#all",
        ]
        try:
            done = subprocess.run(
                command, capture_output=True, text=True, timeout=TIMEOUT_SECONDS, check=False
            )
        except subprocess.TimeoutExpired:
            raise WatchlistError(
                f"{page.name}: the browser took longer than {TIMEOUT_SECONDS} seconds"
            ) from None
    if done.returncode != 0:
        last = (done.stderr.strip().splitlines() or ["no message"])[-1]
        raise WatchlistError(f"{Path(browser).name} failed on {page.name}: {last}")
    return done.stdout
