"""PDF, PNG, e-mail and Markdown."""

from __future__ import annotations

import email
import email.policy
import shutil
from datetime import date
from email.message import EmailMessage
from pathlib import Path

import pytest

from tests.report.site import many_events, write_site
from tests.report.small_store import AS_OF, EVENTS, PEERS, Event
from watchlist.errors import ConfigError
from watchlist.project import Project
from watchlist.report import export
from watchlist.report.site import open_renderer

needs_browser = pytest.mark.skipif(
    not any(shutil.which(name) for name in export.BROWSERS), reason="no Chromium on this machine"
)


def daily(project: Project) -> Path:
    return project.reports_dir / "daily" / f"{AS_OF}.html"


def parsed(path: Path) -> EmailMessage:
    message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    return message


def html_of(message: EmailMessage) -> str:
    body = message.get_body(("html",))
    assert body is not None
    return str(body.get_content())


@pytest.fixture
def no_browser(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: None)


def test_markdown_says_what_the_page_says(tmp_path: Path) -> None:
    project = write_site(tmp_path)
    text = export.write_markdown(daily(project), open_renderer(project)).read_text("utf-8")

    assert text.startswith("# Watchlist, Friday 30 January 2026\n")
    assert "| MP | " in text
    assert "- **Ministers meet on critical minerals**: Wednesday 4 February 2026" in text


def test_markdown_of_hostile_text_is_inert(tmp_path: Path) -> None:
    hostile = Event("x", date(2026, 1, 29), "<img src=x> [a](javascript:b) `c`\n# d |", ("MP",))
    project = write_site(tmp_path, events=(*EVENTS[:2], hostile))
    text = export.write_markdown(daily(project), open_renderer(project)).read_text("utf-8")

    assert r"\<img src=x\> \[a\](javascript:b) \`c\` \# d \|" in text
    assert "<img" not in text.replace(r"\<img", "")


@pytest.mark.usefixtures("no_browser")
def test_email_without_a_browser_has_every_number_and_says_what_lacks(tmp_path: Path) -> None:
    project = write_site(tmp_path, simulated=True, peers=PEERS, events=many_events(100))
    path, missing = export.write_email(daily(project), project, open_renderer(project), "")

    assert missing is not None
    assert "no pictures" in missing
    message = parsed(path)
    assert message["Subject"].startswith("SIMULATED Watchlist 30 Jan 2026: ")
    assert message["X-Unsent"] == "1"
    html = html_of(message)
    assert len(html.encode("utf-8")) < 100_000
    assert "SIMULATED" in html
    assert not any(word in html for word in ("<script", "<style", "<link", "http:", "src="))


@pytest.mark.usefixtures("no_browser")
def test_email_is_the_same_twice(tmp_path: Path) -> None:
    project = write_site(tmp_path)
    first, _ = export.write_email(daily(project), project, open_renderer(project), "")
    before = first.read_bytes()
    first.unlink()
    again, _ = export.write_email(daily(project), project, open_renderer(project), "")

    assert again.read_bytes() == before


@pytest.mark.usefixtures("no_browser")
@pytest.mark.parametrize("write", [export.write_pdf, export.write_png])
def test_pictures_without_a_browser_fail_with_the_way_out(tmp_path: Path, write: object) -> None:
    assert callable(write)
    with pytest.raises(ConfigError, match="Chromium or Chrome") as caught:
        write(tmp_path / "page.html", "")
    assert "[report] browser" in str(caught.value.hint)


def test_a_configured_browser_that_is_not_there_is_named() -> None:
    with pytest.raises(ConfigError, match="no-such-browser"):
        export.find_browser("no-such-browser")


@needs_browser
@pytest.mark.browser
def test_pdf_png_and_email_with_a_browser(tmp_path: Path) -> None:
    project = write_site(tmp_path)
    page = daily(project)

    pdf = export.write_pdf(page, "")
    assert pdf.read_bytes().startswith(b"%PDF-")
    assert pdf.stat().st_size > 30_000

    png = export.write_png(page, "")
    data = png.read_bytes()
    assert data.startswith(b"\x89PNG")
    assert int.from_bytes(data[16:20]) == 1400
    assert int.from_bytes(data[20:24]) > 2_000

    eml, missing = export.write_email(page, project, open_renderer(project), "")
    assert missing is None
    message = parsed(eml)
    pictures = [part for part in message.walk() if part.get_content_type() == "image/png"]
    assert len(pictures) == 1
    assert pictures[0]["Content-ID"] == "<charts>"
    assert 'src="cid:charts"' in html_of(message)
    assert [p.name for p in project.reports_dir.iterdir() if p.name.startswith(".")] == []
