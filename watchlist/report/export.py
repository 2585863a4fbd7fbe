"""The same report in other forms: PDF, PNG, e-mail, Markdown, made of the page or of its twin.

Pictures and PDF are made by a Chromium or Chrome that is on the machine. Mail programs drop style
sheets, scripts and external pictures; so the HTML of the e-mail carries its styles in each tag and
its pictures in the message. Sending is not ours.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from typing import TYPE_CHECKING

from watchlist.errors import ConfigError, WatchlistError
from watchlist.report import format as fmt
from watchlist.report.files import write

if TYPE_CHECKING:
    from watchlist.project import Project
    from watchlist.report.daily import DailyPage
    from watchlist.report.render import Renderer

BROWSERS = (
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

OPTIONS = (
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


MAX_HTML = 100_000
"""Bytes of an e-mail's HTML; some mail services cut a message beyond 102 kB."""

PICTURE_WIDTH = 720
"""Pixels; as wide as a mail program shows a message."""


@dataclass(frozen=True)
class Picture:
    """A PNG with its name in the message and what it shows in words."""

    name: str
    png: bytes
    label: str


def read_daily(page: Path) -> DailyPage:
    """The twin that lies beside a daily page.

    Raises
    ------
    WatchlistError
        The file is not the twin that was written.
    """
    from pydantic import TypeAdapter, ValidationError

    from watchlist.report.daily import DailyPage

    twin = page.with_suffix(".json")
    try:
        return TypeAdapter(DailyPage).validate_json(twin.read_bytes())
    except ValidationError:
        raise WatchlistError(
            f"{twin}: not the twin of a daily report",
            f"write it again: watchlist report daily --on {twin.stem}",
        ) from None


def write_markdown(page: Path, renderer: Renderer) -> Path:
    """The daily report as Markdown."""
    return write(page.with_suffix(".md"), renderer.plain("daily.md.j2", read_daily(page)))


def write_email(
    page: Path, project: Project, renderer: Renderer, configured: str
) -> tuple[Path, str | None]:
    """The daily report as an `.eml`; and what is missing from it, in words.

    Without a browser the message has no pictures; the tables say the same.
    """
    daily = read_daily(page)
    missing = None
    try:
        pictures = _pictures(project, renderer, daily, configured)
    except ConfigError as error:
        pictures, missing = [], f"the e-mail has no pictures: {error.message}"
    return write(page.with_suffix(".eml"), email(renderer, daily, pictures)), missing


def email(renderer: Renderer, daily: DailyPage, pictures: list[Picture]) -> bytes:
    """Plain text, HTML, and the PNG pictures that the HTML shows by their name.

    Without date, address or message id, so that the same report gives the same bytes; mail
    programs open it as a draft.
    """
    html = renderer.plain("email.html.j2", daily, pictures=pictures)
    if len(html.encode("utf-8")) > MAX_HTML:
        html = renderer.plain("email.html.j2", _shorter(daily), pictures=pictures)
    message = EmailMessage(policy=SMTP)
    mark = "SIMULATED " if daily["simulated"] else ""
    lead = " ".join(daily["headlines"][0]["text"].split())
    message["Subject"] = f"{mark}Watchlist {fmt.day(daily['as_of'])}: {lead[:120]}"
    message["X-Unsent"] = "1"
    message.set_content(renderer.plain("daily.md.j2", daily))
    message.add_alternative(html, subtype="html")
    body = message.get_body(("html",))
    if not isinstance(body, EmailMessage):
        raise TypeError("the alternative that was just added is not there")
    for picture in pictures:
        body.add_related(picture.png, maintype="image", subtype="png", cid=f"<{picture.name}>")
    if pictures:
        body.set_boundary("=_watchlist_related")
    message.set_boundary("=_watchlist_alternative")
    return message.as_bytes()


def _shorter(daily: DailyPage) -> DailyPage:
    """The same with the lists cut that grow with the catalogue."""
    events = daily["events"]
    return {
        **daily,
        "events": {
            "fresh": events["fresh"][:5],
            "running": events["running"][:5],
            "ahead": events["ahead"][:5],
        },
        "alerts": daily["alerts"][:10],
    }


def _pictures(
    project: Project, renderer: Renderer, daily: DailyPage, configured: str
) -> list[Picture]:
    """The newest event's paths and the forest plot as one picture; none without any."""
    from watchlist.report.figures import daily_charts

    find_browser(configured)
    found = daily_charts(daily).items()
    charts = {name: c for name, c in found if name.startswith("car-0-") or name == "forest"}
    if not charts:
        return []
    headings = {"forest": "Mean abnormal return on day 0, by category"} | {
        f"car-0-{n}": f"{line['symbol']}: {path['title']}"
        for path in daily["study"]["paths"][:1]
        for n, line in enumerate(path["lines"])
    }
    html = renderer.html(
        "pictures.html.j2", daily, charts, root="", linked=frozenset(), headings=headings
    )
    page = project.reports_dir / f".pictures-{os.getpid()}.html"
    shot = page.with_suffix(".png")
    try:
        write(page, html)
        write_png(page, configured, width=PICTURE_WIDTH)
        label = " ".join(chart.label for chart in charts.values())
        return [Picture("charts", shot.read_bytes(), label)]
    finally:
        page.unlink(missing_ok=True)
        shot.unlink(missing_ok=True)


def find_browser(configured: str) -> str:
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
    for name in (*BROWSERS, *PLACES):
        found = shutil.which(name)
        if found is not None:
            return found
    raise ConfigError(
        "pictures and PDF need Chromium or Chrome, and none was found",
        "install one (Debian: apt install chromium), or name it in watchlist.toml: "
        '[report] browser = "/path/to/chrome"',
    )


def write_pdf(page: Path, configured: str) -> Path:
    """Print the page beside itself."""
    target = page.with_suffix(".pdf")
    _run(find_browser(configured), page, ["--no-pdf-header-footer"], target, "--print-to-pdf")
    return target


def write_png(page: Path, configured: str, *, width: int = 1400) -> Path:
    """A picture of the whole page beside itself, as high as the page is."""
    browser, target = find_browser(configured), page.with_suffix(".png")
    options = [f"--window-size={width},{_height(browser, page, width)}"]
    _run(browser, page, [*options, "--force-device-scale-factor=1"], target, "--screenshot")
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
            *OPTIONS,
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
