"""The same report in other clothes: PDF, PNG, e-mail, Markdown."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from watchlist.errors import ConfigError
from watchlist.report.files import write

if TYPE_CHECKING:
    from watchlist.project import Project
    from watchlist.report.pictures import Picture
    from watchlist.report.render import Renderer


def write_pdf(page: Path, configured: str) -> Path:
    """Print the page beside itself."""
    from watchlist.steps import browser

    return browser.pdf(browser.find_browser(configured), page, page.with_suffix(".pdf"))


def write_png(page: Path, configured: str) -> Path:
    """A picture of the whole page beside itself."""
    from watchlist.steps import browser

    return browser.png(browser.find_browser(configured), page, page.with_suffix(".png"))


def write_markdown(page: Path, renderer: Renderer) -> Path:
    """The daily report as Markdown, from its twin."""
    return write(page.with_suffix(".md"), renderer.plain("daily.md.j2", _twin(page)))


def write_email(
    page: Path, project: Project, renderer: Renderer, configured: str
) -> tuple[Path, str | None]:
    """The daily report as an `.eml`, from its twin; and what is missing from it, in words.

    Without a browser the message has no pictures; the tables say the same.
    """
    from watchlist.report.mail import mail

    context = _twin(page)
    missing = None
    try:
        pictures = _pictures(project, renderer, context, configured)
    except ConfigError as error:
        pictures, missing = [], f"the e-mail has no pictures: {error.message}"
    return write(page.with_suffix(".eml"), mail(renderer, context, pictures)), missing


def _twin(page: Path) -> dict[str, Any]:
    context: dict[str, Any] = json.loads(page.with_suffix(".json").read_text(encoding="utf-8"))
    return context


def _pictures(
    project: Project, renderer: Renderer, context: dict[str, Any], configured: str
) -> list[Picture]:
    from watchlist.report.pictures import WIDTH, Picture, pictures_page
    from watchlist.steps import browser

    program = browser.find_browser(configured)
    made = pictures_page(renderer, context)
    if made is None:
        return []
    html, label = made
    stem = project.reports_dir / f".pictures-{os.getpid()}"
    page, shot = stem.with_suffix(".html"), stem.with_suffix(".png")
    try:
        write(page, html)
        browser.png(program, page, shot, width=WIDTH)
        return [Picture("charts", shot.read_bytes(), label)]
    finally:
        page.unlink(missing_ok=True)
        shot.unlink(missing_ok=True)
